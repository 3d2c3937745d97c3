package dev.tapswitch.control.api;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ControlThread;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RunningSwitch;
import dev.tapswitch.core.bridge.Decision;
import dev.tapswitch.core.bridge.Explainer;
import dev.tapswitch.core.bridge.SwitchSnapshot;
import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.dataplane.observe.Trace;
import dev.tapswitch.linux.sys.DeviceException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Traces the frames of a switch and passes each to a reader as JSON. A switch has one trace at a time. Runs on a dedicated thread, which ends after a time,
 * a number of frames, or when the reader disconnects. Where frames are missing because the reader was too slow, it gets a line with their number.
 */
final class TraceStream {
    /** The receiver of the lines. */
    interface Reader {
        /** Accepts a line; returns false if the reader has disconnected. Waits while the reader is slow; the trace is bounded. */
        boolean accept(Json line);

        /** Must be called once, before the first line. */
        void begin();

        boolean isDisconnected();

        void end();
    }

    private static final int CAPACITY = 4_096;
    private static final long PAUSE_NANOS = 20_000_000;
    private static final String SLOWED =
            "all frames of the traced veth ports pass the daemon during the trace, also those that the kernel would forward; they are slower";
    /** The names of the switches that have a trace. Control thread only. */
    private static final Set<String> TRACED = new HashSet<>();

    private final RunningSwitch sw;
    private final Trace trace = new Trace(CAPACITY);
    private final long deadlineNanos;
    private final int max;
    private final int onlyPort;
    private final Reader reader;
    private final long startNanos = System.nanoTime();
    private int shown;
    /** The frames that the trace had no space for and that the reader does not know of yet. */
    private long missed;

    private TraceStream(RunningSwitch sw, long seconds, int max, int onlyPort, Reader reader) {
        this.sw = sw;
        this.deadlineNanos = System.nanoTime() + seconds * 1_000_000_000L;
        this.max = max;
        this.onlyPort = onlyPort;
        this.reader = reader;
    }

    /** Starts a trace. RequestException if the switch has one. Control thread only. */
    static void start(ControlService control, ControlThread thread, Request request, Reader reader)
            throws RequestException {
        RunningSwitch sw = control.requireSwitch(request.part("switch"));
        int seconds = request.number("seconds", 1, 86_400, 5);
        int max = request.number("max", 1, 10_000_000, 1_000);
        String port = request.query("port");
        int onlyPort = port == null ? -1 : control.requirePort(sw.name(), port).index();
        if (!TRACED.add(sw.name())) {
            throw new RequestException(
                    RequestException.Reason.CONFLICT,
                    "switch " + sw.name() + " has a trace already: only one is possible at a time, try again later");
        }
        TraceStream stream = new TraceStream(sw, seconds, max, onlyPort, reader);
        boolean wasFast = traceFastPath(control, sw, onlyPort);
        control.runtime().workers().trace(sw.learning(), stream.trace);
        reader.begin();
        if (wasFast) reader.accept(Views.object().put("note", SLOWED));
        Thread.ofPlatform().daemon().name("trace " + sw.name()).start(() -> {
            stream.run();
            thread.execute(() -> stop(control, sw));
        });
    }

    /** Makes the frames of these ports pass the workers, which trace them. Returns whether any would not. */
    private static boolean traceFastPath(ControlService control, RunningSwitch sw, int onlyPort)
            throws RequestException {
        try {
            return control.runtime().fastPath().trace(sw.learning(), port -> onlyPort < 0 || port == onlyPort);
        } catch (DeviceException e) {
            stop(control, sw);
            throw new RequestException(
                    RequestException.Reason.FAILED, "the fast path's frames can't be traced: " + e.getMessage(), e);
        }
    }

    private static void stop(ControlService control, RunningSwitch sw) {
        TRACED.remove(sw.name());
        RunningSwitch current = control.runtime().find(sw.name());
        if (current != sw) return;
        control.runtime().workers().trace(sw.learning(), null);
        control.runtime().fastPath().endTrace(sw.learning());
    }

    private void run() {
        while (shown < max && System.nanoTime() - deadlineNanos < 0 && !reader.isDisconnected()) {
            Trace.Event event = trace.poll();
            missed += event == null ? trace.takeMissed() : event.missedBefore();
            if (event == null) {
                if (!reportMissed()) break;
                LockSupport.parkNanos(PAUSE_NANOS);
            } else if (onlyPort < 0 || event.inPort() == onlyPort) {
                if (!reportMissed() || !reader.accept(line(event))) break;
                shown++;
            }
        }
        reportMissed();
        reader.end();
    }

    /** Passes the number of frames that are missing at this point. Returns false if the reader has disconnected. */
    private boolean reportMissed() {
        if (missed == 0) return true;
        Json line = Views.object().put("time-ms", timeMs(System.nanoTime())).put("missed", missed);
        missed = 0;
        return reader.accept(line);
    }

    /** Milliseconds since the start of the trace, with three decimals. */
    private double timeMs(long nanoTime) {
        long micros = (nanoTime - startNanos) / 1_000;
        return micros / 1e3;
    }

    private Json line(Trace.Event event) {
        SwitchSnapshot snapshot = sw.learning().snapshot();
        Decision decision = Decision.of(event.verdict(), snapshot);
        int head = (int) Math.min(event.length(), event.head().byteSize());
        EthernetFrame frame = new EthernetFrame().wrap(event.head(), 0, head);
        String why = Explainer.why(decision, snapshot, frame);
        Json line = Views.object().put("time-ms", timeMs(event.nanoTime()));
        FrameLine.of(sw, event.inPort(), event.head(), event.length(), decision, why)
                .properties()
                .forEach(field -> line.set(field.getKey(), field.getValue()));
        return line;
    }
}
