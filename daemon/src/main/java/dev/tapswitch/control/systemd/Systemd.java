package dev.tapswitch.control.systemd;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.switches.Clock;
import dev.tapswitch.control.switches.Supervisor;
import dev.tapswitch.control.switches.SwitchRuntime;
import dev.tapswitch.dataplane.Workers;
import dev.tapswitch.linux.sys.Libc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * systemd as the supervisor. It is notified when all ports forward, when the configuration is reloaded and when the daemon ends. It gets the messages of the
 * watchdog, and holds the queues over a restart. Without systemd (no NOTIFY_SOCKET), all methods do nothing. Control thread only, except as noted.
 */
public final class Systemd implements Supervisor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Systemd.class);
    /** READY is sent after this time even if some ports do not forward, because other units wait for it. */
    private static final long MAX_START_MS = 5_000;

    /** The name of the descriptor of the namespace of veth pairs. */
    private static final String NAMESPACE = "switch-namespace";

    private final NotifySocket socket;
    private final InheritedDescriptors inherited;
    private final long watchdogMicros;
    private final long startedMs = Clock.nowMs();
    /** The messages to send once this is the main process of the service; null if it is. */
    private List<Runnable> postponed;

    private Watchdog watchdog;
    private boolean isReady;
    private String notified = "";
    private String problem = "";

    private Systemd(Map<String, String> environment) {
        this.socket = connect(environment.get("NOTIFY_SOCKET"));
        this.inherited = InheritedDescriptors.take(environment);
        this.watchdogMicros = watchdogMicros(environment);
    }

    /** Reads the environment: {@link System#getenv}. */
    public static Systemd of(Map<String, String> environment) {
        return new Systemd(environment);
    }

    /** Starts the watchdog for the workers. May be called on any thread. */
    public void watch(Workers workers) {
        if (socket != null && watchdogMicros > 0) watchdog = new Watchdog(workers, socket, watchdogMicros);
    }

    /** For a successor: postpones all messages until {@link #becomeMain}, because systemd ignores other processes. */
    public void postponeMessages() {
        postponed = new ArrayList<>();
    }

    /** Adds queues that a predecessor has passed, as if systemd had held them. */
    public void inherit(String name, int[] descriptors) {
        inherited.put(name, descriptors);
    }

    /** Sends the postponed messages. Must be called when this process is the main process of the service. */
    public void becomeMain() {
        List<Runnable> messages = postponed;
        postponed = null;
        messages.forEach(Runnable::run);
    }

    /** Makes another process the main process of the service. systemd ignores this process from then on. */
    public void handOver(long pid) {
        close();
        if (socket != null) socket.send("MAINPID=" + pid);
    }

    /** The queues of all TAPs, by the names that {@link #inherit} expects. */
    public static Map<String, int[]> queues(SwitchRuntime runtime) {
        Map<String, int[]> queues = new LinkedHashMap<>();
        runtime.queues().forEach((port, descriptors) -> queues.put(QueueName.of(port), descriptors));
        runtime.fastPath().namespaceFd().ifPresent(fd -> queues.put(NAMESPACE, new int[] {fd}));
        return queues;
    }

    /** Closes stored descriptors that belong to no port. Must be called after the configuration has been applied. */
    public void started(SwitchRuntime runtime) {
        runtime.removeLeftovers();
        for (String name : inherited.names()) {
            LOG.info("a stored descriptor that belongs to no port is closed ({})", name.isEmpty() ? "no name" : name);
            close(inherited.take(name));
            if (socket != null && !name.isEmpty()) socket.forget(name);
        }
        update(runtime);
    }

    /** Notifies systemd of changes. Must be called every second. */
    public void update(SwitchRuntime runtime) {
        if (socket == null) return;
        Progress progress = Progress.of(runtime);
        String status = "STATUS=" + progress.text() + problem;
        if (!isReady && (progress.isSettled() || Clock.nowMs() - startedMs > MAX_START_MS)) {
            isReady = true;
            notified = status;
            socket.send("READY=1", status);
        } else if (!status.equals(notified)) {
            notified = status;
            socket.send(status);
        }
    }

    /** Whether systemd is restarting the service; true if it does not respond. Takes about 10 ms. May be called on any thread. */
    public boolean isRestarting() {
        return socket != null && ServiceJob.isRestart();
    }

    /** Notifies systemd that the daemon ends. May be called on any thread. */
    public void stopping() {
        if (socket != null) socket.send("STOPPING=1", "STATUS=ending");
    }

    @Override
    public void reloading() {
        // systemd requires the time, to recognize that the message is not older than its request. On Linux,
        // System.nanoTime reads CLOCK_MONOTONIC.
        if (socket != null && isReady) socket.send("RELOADING=1", "MONOTONIC_USEC=" + System.nanoTime() / 1_000);
    }

    @Override
    public void reloaded(String failure) {
        problem = failure.isEmpty() ? "" : "; the last reload was refused: " + failure.replace('\n', ' ');
        if (socket != null && isReady) socket.send("READY=1");
    }

    @Override
    public int[] takeQueues(PortConfig port) {
        return inherited.take(QueueName.of(port));
    }

    @Override
    public int takeNamespace() {
        int[] held = inherited.take(NAMESPACE);
        // A crash between two messages may have stored it twice.
        for (int i = 1; i < held.length; i++) Libc.close(held[i]);
        return held.length == 0 ? -1 : held[0];
    }

    @Override
    public void holdNamespace(int descriptor) {
        if (socket == null) return;
        send(() -> {
            socket.forget(NAMESPACE);
            socket.store(NAMESPACE, descriptor);
        });
    }

    @Override
    public void holdQueues(PortConfig port, int[] descriptors) {
        if (socket != null) send(() -> socket.store(QueueName.of(port), descriptors));
    }

    @Override
    public void releaseQueues(PortConfig port) {
        if (socket != null) send(() -> socket.forget(QueueName.of(port)));
    }

    private void send(Runnable message) {
        if (postponed == null) message.run();
        else postponed.add(message);
    }

    @Override
    public void close() {
        if (watchdog != null) watchdog.close();
    }

    private static void close(int[] descriptors) {
        for (int descriptor : descriptors) Libc.close(descriptor);
    }

    private static NotifySocket connect(String address) {
        if (address == null || address.isEmpty()) return null;
        try {
            return new NotifySocket(address);
        } catch (IllegalArgumentException | IllegalStateException e) {
            LOG.warn("NOTIFY_SOCKET: {}: running without systemd", e.getMessage());
            return null;
        }
    }

    private static long watchdogMicros(Map<String, String> environment) {
        String micros = environment.get("WATCHDOG_USEC");
        String pid = environment.getOrDefault(
                "WATCHDOG_PID", Long.toString(ProcessHandle.current().pid()));
        boolean isOurs = pid.equals(Long.toString(ProcessHandle.current().pid()));
        return isOurs && micros != null && micros.matches("[0-9]{1,15}") ? Long.parseLong(micros) : 0;
    }
}
