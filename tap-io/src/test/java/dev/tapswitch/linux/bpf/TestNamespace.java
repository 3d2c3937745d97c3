package dev.tapswitch.linux.bpf;

import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.netns.NamespaceThread;
import dev.tapswitch.linux.process.CommandRun;
import dev.tapswitch.linux.sys.DeviceException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A network namespace of a test, removed on close. IPv6 is disabled until a test enables it. */
public final class TestNamespace implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name = "tsb" + ProcessHandle.current().pid() + "x" + COUNT.incrementAndGet();

    public TestNamespace() {
        BpfFixture.run("ip", "netns", "add", name);
        ip("link", "set", "lo", "up");
        exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
    }

    public String name() {
        return name;
    }

    public String ip(String... arguments) {
        return BpfFixture.run(with(new String[] {"ip", "-n", name}, arguments));
    }

    public String exec(String... command) {
        return BpfFixture.run(with(new String[] {"ip", "netns", "exec", name}, command));
    }

    public CommandRun tryExec(String... command) {
        return BpfFixture.tryRun(with(new String[] {"ip", "netns", "exec", name}, command));
    }

    /** Whether an echo request to the address is answered. Waits long enough for a busy machine. */
    public boolean reaches(String address) {
        return tryExec("ping", "-q", "-c", "1", "-W", "15", address).exit() == 0;
    }

    /** Whether an echo request to the address remains unanswered for a second. */
    public boolean isCutOffFrom(String address) {
        return tryExec("ping", "-q", "-c", "1", "-W", "1", address).exit() != 0;
    }

    public int ifindex(String device) {
        return Integer.parseInt(
                exec("cat", "/sys/class/net/" + device + "/ifindex").strip());
    }

    /** Runs work on a thread in this namespace. */
    public <T> T call(NamespaceThread.Work<T> work) throws DeviceException {
        return NamespaceThread.call(new Namespace.Named(name), work);
    }

    private static String[] with(String[] first, String[] rest) {
        return Stream.concat(Arrays.stream(first), Arrays.stream(rest)).toArray(String[]::new);
    }

    @Override
    public void close() {
        BpfFixture.run("ip", "netns", "del", name);
    }
}
