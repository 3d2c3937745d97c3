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

/** Starts a lab, or applies the changes of its file to a running one. A lab that fails to start leaves nothing behind. */
public final class LabUp {
    private static final long PORTS_UP_MS = 15_000;
    private static final long ADDRESSES_MS = 5_000;

    private final Lab lab;
    private final LabHome home;
    private final DaemonProcess daemon;
    private final Progress progress;
    private final List<String> changes = new ArrayList<>();

    private LabUp(Lab lab, Progress progress) {
        this.lab = lab;
        this.progress = progress;
        this.home = LabHome.of(lab.name());
        this.daemon = new DaemonProcess(home);
    }

    /** Starts or updates the lab of a file and returns a line for each change; none if the lab is up to date. */
    public static List<String> run(Path file, Progress progress) {
        return new LabUp(LabFile.read(file), progress).run();
    }

    private List<String> run() {
        boolean isUpdate = home.exists();
        checkNamespaces();
        var config = new DaemonConfig(lab, home);
        ConfigCheck.check(config, lab.file());
        try {
            Files.createDirectories(home.directory());
            var record = new LabRecord(home);
            createNamespaces(record);
            apply(config);
            awaitPorts();
            awaitAddresses();
            deleteOldNamespaces(record);
        } catch (IOException e) {
            cleanUp(isUpdate);
            throw new LabException("cannot write the lab's files in " + home.directory() + ": " + e.getMessage()
                    + (isRoot() ? "" : " (labs need root: use sudo)"));
        } catch (LabException | ApiException e) {
            cleanUp(isUpdate);
            throw e;
        }
        return changes;
    }

    /** Throws an exception, before anything is changed, if a namespace of the lab exists that the lab has not created. */
    private void checkNamespaces() {
        var record = new LabRecord(home);
        for (var node : lab.nodes()) {
            if (node.namespaceGiven() || record.hasCreated(node.namespace()) || !Namespaces.exists(node.namespace()))
                continue;
            throw new LabException(
                    "namespace " + node.namespace() + " exists, and this lab has not created it: delete it with"
                            + " 'ip netns del " + node.namespace() + "', or use it by 'namespace: " + node.namespace()
                            + "' at node " + node.name());
        }
    }

    private void createNamespaces(LabRecord record) {
        int done = 0;
        for (var node : lab.nodes()) {
            createNamespace(node, record);
            progress.report("creating namespaces", ++done, lab.nodes().size());
        }
    }

    private void createNamespace(LabNode node, LabRecord record) {
        boolean exists = Namespaces.exists(node.namespace());
        boolean isCreated = !exists || record.hasCreated(node.namespace());
        record.put(new LabRecord.Entry(node.name(), node.namespace(), isCreated));
        if (exists) return;
        Namespaces.add(node.namespace());
        changes.add("node " + node.name() + ": namespace " + node.namespace() + " created");
    }

    private void apply(DaemonConfig config) throws IOException {
        var draft = home.directory().resolve("tapswitch.yaml.new");
        Files.writeString(draft, config.text());
        Files.move(draft, home.config(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        var running = daemon.find();
        if (running.isPresent() && ApiClient.isListening(home.socket())) {
            progress.report("applying the changes", 0, 0);
            for (var change :
                    new ApiClient(home.socket()).post("/v1/reload", null).path("changes"))
                changes.add(change.asString());
            return;
        }
        progress.report("starting the daemon", 0, 0);
        daemon.stop();
        daemon.start();
        changes.add(
                "daemon started, pid " + daemon.find().map(ProcessHandle::pid).orElse(0L));
    }

    private void awaitPorts() {
        if (!Await.until(this::arePortsUp, PORTS_UP_MS))
            throw new LabException("ports are not up after " + PORTS_UP_MS / 1_000 + " s: "
                    + String.join("; ", portsDown()) + "; last line of the daemon's log: " + daemon.lastLogLine());
    }

    private boolean arePortsUp() {
        int total =
                lab.nodes().stream().mapToInt(node -> node.attachments().size()).sum();
        int down = portsDown().size();
        progress.report("waiting for ports", Math.max(0, total - down), total);
        return down == 0;
    }

    private List<String> portsDown() {
        if (daemon.find().isEmpty()) throw new LabException("the lab's daemon has ended: " + daemon.lastLogLine());
        var api = new ApiClient(home.socket());
        var down = new ArrayList<String>();
        for (var name : lab.switches().keySet())
            for (var port : api.get("/v1/switches/" + ApiClient.segment(name) + "/ports"))
                if (isExpectedUp(name, port) && !port.path("state").asString("").equals("up"))
                    down.add("port " + port.path("name").asString() + " is "
                            + port.path("state").asString("?") + " "
                            + port.path("why").asString(""));
        return down;
    }

    /** Whether the port should come up: a lab can set a port down. */
    private boolean isExpectedUp(String switchName, Json port) {
        return lab.nodes().stream()
                .flatMap(node -> node.attachments().stream())
                .filter(attachment -> attachment.switchName().equals(switchName))
                .filter(attachment -> attachment.port().equals(port.path("name").asString()))
                .noneMatch(attachment ->
                        LabFile.texts(attachment.settings().get("up")).contains("false"));
    }

    private void awaitAddresses() {
        if (!lab.usesIpv6()) return;
        progress.report("waiting for IPv6 addresses", 0, 0);
        var checked = lab.nodes().stream().map(LabNode::namespace).toList();
        Await.until(() -> checked.stream().noneMatch(Namespaces::hasTentativeAddress), ADDRESSES_MS);
    }

    private void deleteOldNamespaces(LabRecord record) {
        var kept = lab.nodes().stream().map(LabNode::namespace).collect(Collectors.toSet());
        for (var entry : record.entries()) {
            if (kept.contains(entry.namespace())) continue;
            if (entry.isCreated()) Namespaces.delete(entry.namespace());
            record.remove(entry.namespace());
            changes.add("node " + entry.node() + ": removed");
        }
    }

    private void cleanUp(boolean isUpdate) {
        // A lab that was running before stays: the user can correct the file and run 'lab up' again.
        if (!isUpdate) LabDown.run(home, progress);
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }
}
