package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.BpfMap;
import dev.tapswitch.linux.bpf.BpfObject;
import dev.tapswitch.linux.bpf.BpfProgram;
import dev.tapswitch.linux.bpf.Code;
import dev.tapswitch.linux.bpf.MapSpec;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Libc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kernel objects of a fast path: four maps, which are created or taken over, two programs, and their attachments. */
final class FastPathObjects implements AutoCloseable {
    private final Optional<PinDirectory> pins;
    /** Descriptors of an earlier process's maps, by name. */
    private final Map<String, Integer> inherited;

    private final Attachments attachments;
    private final Map<String, String> listings = new LinkedHashMap<>();
    private final List<BpfObject> opened = new ArrayList<>();

    private StationMap stations;
    private PortMap ports;
    private CounterMap counters;
    private ControlMap control;
    private BpfProgram fromContainer;
    private BpfProgram fromUserspace;

    private FastPathObjects(FastPathSettings settings, Map<String, Integer> inherited) throws DeviceException {
        this.inherited = inherited;
        pins = settings.pins().isPresent()
                ? Optional.of(PinDirectory.open(settings.pins().get()))
                : Optional.empty();
        attachments = switch (settings.attachment()) {
            case TCX -> new TcxAttachments(pins);
            case TCX_DEVICE -> new TcxDeviceAttachments();
            case CLSACT -> new ClsactAttachments();
            case MIXED -> new MixedAttachments();
        };
    }

    /** Opens all objects. If one fails, closes those that were opened. */
    static FastPathObjects open(FastPathSettings settings, Map<String, Integer> inherited) throws DeviceException {
        FastPathObjects objects = new FastPathObjects(settings, new HashMap<>(inherited));
        try {
            objects.load(settings);
            return objects;
        } catch (DeviceException | RuntimeException e) {
            objects.close();
            throw e;
        } finally {
            objects.inherited.values().forEach(Libc::close);
        }
    }

    private void load(FastPathSettings settings) throws DeviceException {
        MapSpec last = ControlMap.spec();
        // This map is pinned last. If it is missing, an earlier process was interrupted before it had pinned all maps,
        // and no program uses them.
        if (pins.isPresent() && !pins.get().has(last.name())) pins.get().clear();
        BpfMap stationMap = map(StationMap.spec(settings.maxStations()));
        BpfMap portMap = map(PortMap.spec());
        BpfMap counterMap = map(CounterMap.spec(settings.maxPorts()));
        BpfMap controlMap = map(last);
        stations = new StationMap(stationMap);
        ports = new PortMap(portMap);
        counters = new CounterMap(counterMap);
        control = new ControlMap(controlMap);
        Maps maps =
                new Maps(stationMap.reference(), portMap.reference(), counterMap.reference(), controlMap.reference());
        fromContainer = load("from_container", FromContainer.code(maps));
        fromUserspace = load("from_userspace", FromUserspace.code(maps));
    }

    private BpfMap map(MapSpec spec) throws DeviceException {
        Integer fd = inherited.remove(spec.name());
        BpfMap map = fd != null
                ? BpfMap.adopt(fd, spec)
                : pins.isPresent() ? pins.get().map(spec) : BpfMap.create(spec);
        opened.add(map);
        return map;
    }

    private BpfProgram load(String name, Code code) throws DeviceException {
        BpfProgram program = BpfProgram.load(name, code);
        opened.add(program);
        listings.put(name, code.listing());
        return program;
    }

    StationMap stations() {
        return stations;
    }

    PortMap ports() {
        return ports;
    }

    CounterMap counters() {
        return counters;
    }

    ControlMap control() {
        return control;
    }

    BpfProgram fromContainer() {
        return fromContainer;
    }

    BpfProgram fromUserspace() {
        return fromUserspace;
    }

    Attachments attachments() {
        return attachments;
    }

    /** The listings of the programs, by program name. */
    Map<String, String> listings() {
        return Map.copyOf(listings);
    }

    void unpin() throws DeviceException {
        if (pins.isPresent()) pins.get().delete();
    }

    @Override
    public void close() {
        attachments.close();
        opened.forEach(BpfObject::close);
    }
}
