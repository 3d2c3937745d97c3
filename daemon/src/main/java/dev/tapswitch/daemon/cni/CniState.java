package dev.tapswitch.daemon.cni;

import dev.tapswitch.daemon.control.DurableFile;
import dev.tapswitch.daemon.control.Refused;
import dev.tapswitch.daemon.control.Refused.Reason;
import dev.tapswitch.daemon.json.Json;
import dev.tapswitch.daemon.json.JsonException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The networks that have attachments, kept over a restart in STATE/cni.json; the attachments are ports like others. Control thread. */
final class CniState {
    private static final int VERSION = 1;

    private final Path file;
    private final List<CniNetwork> networks = new ArrayList<>();

    private CniState(Path file) {
        this.file = file;
    }

    /** What was kept in a directory; IOException says on one line what is wrong with it. */
    static CniState load(Path directory) throws IOException {
        CniState state = new CniState(directory.resolve("cni.json"));
        if (!Files.exists(state.file)) return state;
        try {
            Json document = Json.parse(Files.readString(state.file));
            document.required("networks").forEach(network -> state.networks.add(CniNetwork.of(network)));
            return state;
        } catch (JsonException | CharacterCodingException e) {
            String why = e instanceof JsonException ? e.getMessage() : "not UTF-8";
            throw new IOException(
                    state.file + " is damaged (" + why
                            + "): restore it, or remove it and then the switches of CNI's networks",
                    e);
        }
    }

    List<CniNetwork> networks() {
        return List.copyOf(networks);
    }

    Optional<CniNetwork> find(String name, String switchName) {
        return networks.stream().filter(network -> network.is(name, switchName)).findFirst();
    }

    /** Keeps it, in place of what it was; nothing is written where that is the same. */
    void put(CniNetwork network) throws Refused {
        if (networks.contains(network)) return;
        networks.removeIf(each -> each.is(network.name(), network.switchName()));
        networks.add(network);
        save();
    }

    void remove(CniNetwork network) throws Refused {
        if (networks.remove(network)) save();
    }

    private void save() throws Refused {
        Json document = Json.object().put("version", VERSION);
        Json kept = document.putArray("networks");
        networks.forEach(network -> kept.add(network.json()));
        try {
            DurableFile.write(file, document.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Refused(Reason.FAILED, "it can't be kept for a restart: " + e.getMessage(), e);
        }
    }
}
