package dev.tapswitch.control.switches;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/** Opens devices without root. Their queues are pipes that never deliver a frame. As with interfaces, two devices of the same name cannot be open at once. */
final class FakeDevices implements DeviceOpener {
    /** The names of devices that cannot be opened. */
    final Set<String> broken = new HashSet<>();

    private final Set<String> open = new TreeSet<>();

    /** The names of the devices that are open now. */
    synchronized Set<String> open() {
        return Set.copyOf(open);
    }

    @Override
    public synchronized PortDevice open(PortConfig port, int queues) throws DeviceException {
        String name = port.device();
        if (broken.contains(name)) throw new DeviceException("device " + name + " is broken");
        if (!open.add(name)) throw new DeviceException(DeviceException.Kind.NAME_TAKEN, name + " is open already");
        return new FakeDevice(name, queues);
    }

    private synchronized void closed(String name) {
        open.remove(name);
    }

    private final class FakeDevice implements PortDevice {
        private final String name;
        /** For each queue, the read end and the write end of a pipe. The write end stays open, so that no queue ends. */
        private int[] pipes;

        FakeDevice(String name, int queues) {
            this.name = name;
            this.pipes = new int[2 * queues];
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment pipe = arena.allocate(2L * Integer.BYTES, 4);
                for (int i = 0; i < queues; i++) {
                    int result = Libc.pipe2(pipe.address(), Linux.O_CLOEXEC | Linux.O_NONBLOCK);
                    if (result < 0) throw new IllegalStateException("pipe2: " + result);
                    pipes[2 * i] = pipe.get(JAVA_INT, 0);
                    pipes[2 * i + 1] = pipe.get(JAVA_INT, Integer.BYTES);
                }
            }
        }

        @Override
        public int[] queueFds() {
            int[] fds = new int[pipes.length / 2];
            for (int i = 0; i < fds.length; i++) fds[i] = pipes[2 * i];
            return fds;
        }

        @Override
        public void setNonBlocking(boolean nonBlocking) {
            // The pipes are non-blocking already.
        }

        @Override
        public boolean takesBursts() {
            return false;
        }

        @Override
        public LinkState state() {
            return pipes.length == 0 ? LinkState.GONE : LinkState.UP;
        }

        @Override
        public long mac() throws DeviceException {
            if (pipes.length == 0) throw new DeviceException(DeviceException.Kind.GONE, "the device is gone");
            return 0x0200_0000_0000L | name.hashCode() & 0xFFFF_FFFFL;
        }

        @Override
        public String currentName() {
            return name;
        }

        @Override
        public boolean isIn(Namespace namespace) {
            return namespace instanceof Namespace.Current;
        }

        @Override
        public void close() {
            for (int fd : pipes) Libc.close(fd);
            if (pipes.length > 0) closed(name);
            pipes = new int[0];
        }
    }
}
