package dev.tapswitch.cli.lab;

import dev.tapswitch.cli.client.ApiClient;
import dev.tapswitch.cli.client.ApiException;
import dev.tapswitch.cli.lab.Lab.LabNode;
import dev.tapswitch.control.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Makes a lab be as its file says, from nothing or from what it was before; a lab that can't be made leaves nothing behind. */
public final class LabUp {
    private static final long PORTS_UP_MS = 15_000;
    private static final long ADDRESSES_MS = 5_000;

    private final Lab lab;
    private final LabHome home;
    private final DaemonProcess daemon;
    private final List<String> changes = new ArrayList<>();

    private LabUp(Lab lab) {
        this.lab = lab;
        this.home = LabHome.of(lab.name());
        this.daemon = new DaemonProcess(home);
    }

    /** Brings it up and says in sentences what it did; nothing when all was as it should be. */
    public static List<String> run(Path file) {
        return new LabUp(LabFile.read(file)).run();
    }

    private List<String> run() {
        boolean wasThere = home.exists();
        checkNamespaces();
        var config = new DaemonConfig(lab, home);
        ConfigCheck.check(config, lab.file());
        try {
            Files.createDirectories(home.directory());
            var record = new LabRecord(home);
            lab.nodes().forEach(node -> makeNamespace(node, record));
            apply(config);
            awaitPorts();
            awaitAddresses();
            dropOldNamespaces(record);
        } catch (IOException e) {
            cleanUp(wasThere);
            throw new LabException("cannot keep the lab's files in " + home.directory() + ": " + e.getMessage()
                    + (isRoot() ? "" : " (labs need root: use sudo)"));
        } catch (LabException | ApiException e) {
            cleanUp(wasThere);
            throw e;
        }
        return changes;
    }

    /** Nothing is touched when a namespace of that name is somebody else's. */
    private void checkNamespaces() {
        var record = new LabRecord(home);
        for (var node : lab.nodes()) {
            if (node.namespaceGiven() || record.made(node.namespace()) || !Namespaces.exists(node.namespace()))
                continue;
            throw new LabException("there is a namespace " + node.namespace()
                    + " that this lab did not make: delete it with"
                    + " 'ip netns del " + node.namespace() + "', or name it with 'namespace:' at node " + node.name()
                    + " to use it");
        }
    }

    private void makeNamespace(LabNode node, LabRecord record) {
        boolean there = Namespaces.exists(node.namespace());
        boolean made = !there || record.made(node.namespace());
        record.put(new LabRecord.Entry(node.name(), node.namespace(), made));
        if (there) return;
        Namespaces.add(node.namespace());
        changes.add("node " + node.name() + ": namespace " + node.namespace() + " made");
    }

    private void apply(DaemonConfig config) throws IOException {
        var draft = home.directory().resolve("tapswitch.yaml.new");
        Files.writeString(draft, config.text());
        Files.move(draft, home.config(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        var running = daemon.find();
        if (running.isPresent() && ApiClient.answers(home.socket())) {
            for (var change :
                    new ApiClient(home.socket()).post("/v1/reload", null).path("changes"))
                changes.add(change.asString());
            return;
        }
        daemon.stop();
        daemon.start();
        changes.add(
                "daemon started, pid " + daemon.find().map(ProcessHandle::pid).orElse(0L));
    }

    private void awaitPorts() {
        if (!Await.until(() -> portsDown().isEmpty(), PORTS_UP_MS))
            throw new LabException("not all ports came up within " + PORTS_UP_MS / 1_000 + " s: "
                    + String.join("; ", portsDown()) + "; the daemon said: " + daemon.lastWords());
    }

    private List<String> portsDown() {
        if (daemon.find().isEmpty()) throw new LabException("the lab's daemon ended: " + daemon.lastWords());
        var api = new ApiClient(home.socket());
        var down = new ArrayList<String>();
        for (var name : lab.switches().keySet())
            for (var port : api.get("/v1/switches/" + ApiClient.segment(name) + "/ports"))
                if (wanted(name, port) && !port.path("state").asString("").equals("up"))
                    down.add("port " + port.path("name").asString() + " is "
                            + port.path("state").asString("?") + " "
                            + port.path("why").asString(""));
        return down;
    }

    /** A port that the lab itself sets down is not waited for. */
    private boolean wanted(String switchName, Json port) {
        return lab.nodes().stream()
                .flatMap(node -> node.attachments().stream())
                .filter(attachment -> attachment.switchName().equals(switchName))
                .filter(attachment -> attachment.port().equals(port.path("name").asString()))
                .noneMatch(attachment ->
                        LabFile.texts(attachment.settings().get("up")).contains("false"));
    }

    private void awaitAddresses() {
        if (!lab.usesIpv6()) return;
        var checked = lab.nodes().stream().map(LabNode::namespace).toList();
        Await.until(() -> checked.stream().noneMatch(Namespaces::hasTentativeAddress), ADDRESSES_MS);
    }

    private void dropOldNamespaces(LabRecord record) {
        var kept = lab.nodes().stream().map(LabNode::namespace).collect(Collectors.toSet());
        for (var entry : record.entries()) {
            if (kept.contains(entry.namespace())) continue;
            if (entry.made()) Namespaces.delete(entry.namespace());
            record.remove(entry.namespace());
            changes.add("node " + entry.node() + ": removed");
        }
    }

    private void cleanUp(boolean wasThere) {
        // A lab that was up before stays: the user mends the file and says 'lab up' again.
        if (!wasThere) LabDown.run(home);
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }
}
