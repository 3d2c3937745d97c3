package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.sys.DeviceException;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The workers: event loops that own one queue of every port, each with its own buffers. What attaches, detaches and traces is for
 * control threads.
 */
public final class Workers implements AutoCloseable {
    /** Hears of a port's link, perhaps more than once of the same, from whatever thread found out; must hand over to another at once. */
    @FunctionalInterface
    public interface LinkListener {
        void linkChanged(LearningSwitch owner, int port, LinkState state);

        /** A write to the port took so long that its frames no longer go by the worker: they are limited and partly dropped. */
        default void receiverIsSlow(LearningSwitch owner, int port, long writeNanos) {}

        /** The port is as fast as others again. */
        default void receiverIsFast(LearningSwitch owner, int port) {}
    }

    /** Of the ring that loops wait with: a poll for each port that has frames, submitted as it fills up. */
    private static final int RING_SIZE = 512;

    private static final int COMPLETION_RING_SIZE = 4_096;
    /** A loop that is stuck does not keep the others from ending. */
    private static final int RELEASE_SECONDS = 5;

    private record Key(LearningSwitch owner, int port) {
        // What a record does by itself is made at run time, which a start would wait for.
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && owner == key.owner && port == key.port;
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(owner) + port;
        }
    }

    /** A queue that is registered and does not read yet. */
    private record Held(int loop, PortQueue queue, IoRegistration registration) {}

    private final IoMode mode;
    private final String why;
    private final IoEventLoopGroup group;
    private final IoEventLoop[] loops;
    private final Worker[] workers;
    private final MemorySegment[] buffers;
    private final Map<LearningSwitch, WorkerSwitch[]> lanes = new HashMap<>();
    private final Map<Key, Attachment> attachments = new HashMap<>();
    private final List<Held> held = new ArrayList<>();
    private final LinkListener listener;
    private final LinkWatch watch;
    private final SlowWriter slowWriter = new SlowWriter();
    private int holds;
    private boolean isClosed;

    private Workers(IoMode mode, String why, IoHandlerFactory factory, WorkerSettings settings, LinkListener listener) {
        int count = settings.count();
        this.mode = mode;
        this.why = why;
        this.listener = listener;
        this.group = new WorkerLoops(count, factory, settings.busyPollNanos());
        this.loops = new IoEventLoop[count];
        this.workers = new Worker[count];
        this.buffers = new MemorySegment[count];
        for (int i = 0; i < count; i++) {
            loops[i] = group.next();
            // The kernel wants a ring to be used by the thread that made it.
            UringBatch bursts = mode == IoMode.EPOLL ? null : await(loops[i].submit(UringBatch::open));
            WorkerLoops.Loop loop = (WorkerLoops.Loop) loops[i];
            workers[i] = new Worker(loop.hotQueues(), bursts, loop, slowWriter, listener);
            loop.background(workers[i]::floodWaiting);
            if (mode == IoMode.EPOLL) buffers[i] = Arena.ofAuto().allocate(Worker.BUFFER_LENGTH, 64);
        }
        this.watch = new LinkWatch();
    }

    /** Starts workers; IllegalStateException says on one line why they can't be as wanted here. */
    public static Workers start(WorkerSettings settings, LinkListener listener) {
        IoMode wanted = settings.io();
        String obstacle = wanted == IoMode.EPOLL ? null : uringObstacle();
        if (wanted == IoMode.IO_URING && obstacle != null) {
            throw new IllegalStateException(
                    "io: io_uring does not work here (" + obstacle + "); set io: epoll or io: auto");
        }
        if (wanted != IoMode.EPOLL && obstacle == null) {
            String why = wanted == IoMode.AUTO ? "it works here, and moves more frames a second than epoll" : "as set";
            var config = new IoUringIoHandlerConfig().setRingSize(RING_SIZE).setCqSize(COMPLETION_RING_SIZE);
            return new Workers(IoMode.IO_URING, why, IoUringIoHandler.newFactory(config), settings, listener);
        }
        if (!Epoll.isAvailable()) {
            throw new IllegalStateException(
                    "epoll does not work here: " + Epoll.unavailabilityCause().getMessage());
        }
        String why = wanted == IoMode.AUTO ? "io_uring does not work here: " + obstacle : "as set";
        return new Workers(IoMode.EPOLL, why, EpollIoHandler.newFactory(), settings, listener);
    }

    /** Why io_uring can't be used; null when it can. */
    private static String uringObstacle() {
        if (!IoUring.isAvailable()) return IoUring.unavailabilityCause().getMessage();
        return UringBatch.obstacle();
    }

    public int count() {
        return loops.length;
    }

    /** EPOLL or IO_URING. */
    public IoMode mode() {
        return mode;
    }

    /** For people: why it is this mode and not another. */
    public String why() {
        return why;
    }

    /** Has the workers forward a few frames of nobody's, so that the first real one waits for no class. Before the first port. */
    public synchronized void rehearse() {
        for (int i = 0; i < loops.length; i++) {
            Worker worker = workers[i];
            IoEventLoop loop = loops[i];
            await(loops[i].submit(() -> WarmUp.of(worker, loop)));
        }
    }

    /** Begins to forward for a port: worker i serves the device's queue i. Returns when all do. */
    public synchronized void attach(LearningSwitch owner, int port, PortDevice device) {
        int[] fds = device.queueFds();
        if (fds.length != loops.length) {
            throw new IllegalArgumentException(
                    "the device has " + fds.length + " queues for " + loops.length + " workers");
        }
        try {
            device.setNonBlocking(true);
        } catch (DeviceException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        Key key = new Key(owner, port);
        if (attachments.containsKey(key))
            throw new IllegalStateException("port " + port + " of " + owner.name() + " is attached");
        WorkerSwitch[] ownLanes = lanes.computeIfAbsent(owner, this::newLanes);
        Attachment attachment = new Attachment(
                device::state, () -> owner.isPortUp(port), state -> listener.linkChanged(owner, port, state));
        PortQueue[] queues = new PortQueue[fds.length];
        for (int i = 0; i < fds.length; i++) {
            Runnable gone = attachment::gone;
            queues[i] = mode == IoMode.EPOLL
                    ? new EpollPortQueue(fds[i], port, workers[i], ownLanes[i], buffers[i], gone)
                    : new UringPortQueue(
                            fds[i], port, workers[i], ownLanes[i], workers[i].bursts(), device.takesBursts(), gone);
            held.add(new Held(i, queues[i], await(loops[i].register(queues[i]))));
        }
        if (holds == 0) startHeld();
        attachment.queues = queues;
        attachments.put(key, attachment);
        watch.add(attachment);
    }

    /**
     * From now on what is attached does not read yet, until {@link #release}: frames that wait in the queues of a port, as after a
     * restart, would find the ports that they are for not yet there.
     */
    public synchronized void hold() {
        holds++;
    }

    /** All that was attached meanwhile begins to read, after as many releases as holds. */
    public synchronized void release() {
        if (--holds == 0) startHeld();
    }

    /** One task a loop: it reads no frame before all its queues are in their lanes. */
    private void startHeld() {
        for (int i = 0; i < loops.length; i++) {
            int loop = i;
            List<Held> starting =
                    held.stream().filter(each -> each.loop == loop).toList();
            if (starting.isEmpty()) continue;
            await(loops[i].submit(() -> starting.forEach(each -> each.queue.start(each.registration))));
        }
        held.clear();
    }

    /** Stops serving a port: when it returns, no worker touches its descriptors any more. */
    public synchronized void detach(LearningSwitch owner, int port) {
        startHeld();
        Attachment attachment = attachments.remove(new Key(owner, port));
        if (attachment == null) return;
        watch.remove(attachment);
        for (int i = 0; i < loops.length; i++) {
            PortQueue queue = attachment.queues[i];
            Promise<Void> stopped = loops[i].newPromise();
            loops[i].execute(() -> queue.stop(() -> stopped.trySuccess(null)));
            await(stopped);
        }
    }

    /** Shows the frames of a switch to a trace from now on; null ends that. */
    public synchronized void trace(LearningSwitch owner, Trace trace) {
        for (WorkerSwitch lane : lanes.computeIfAbsent(owner, this::newLanes)) lane.setTrace(trace);
    }

    /** Forgets a switch whose ports are all detached. */
    public synchronized void forget(LearningSwitch owner) {
        lanes.remove(owner);
    }

    /**
     * Has every event loop turn once. Any thread but a worker.
     *
     * @return the numbers of the workers that have not within {@code limitMs}: stuck, or hopelessly late
     */
    public List<Integer> turn(long limitMs) {
        List<Future<?>> turns = new ArrayList<>();
        for (IoEventLoop loop : loops) turns.add(loop.submit(() -> {}));
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
        List<Integer> stuck = new ArrayList<>();
        for (int i = 0; i < loops.length; i++) {
            long left = Math.max(0, end - System.nanoTime());
            if (!turns.get(i).awaitUninterruptibly(left, TimeUnit.NANOSECONDS)) stuck.add(i);
        }
        return stuck;
    }

    /** The port that a worker is writing to at this moment, as people call it: where it is stuck, if it is. Null where it does something else. */
    public String writingTo(int worker) {
        return workers[worker].writingTo();
    }

    /** Whether writes to the port take so long that they are limited. */
    public synchronized boolean isSlow(LearningSwitch owner, int port) {
        Attachment attachment = attachments.get(new Key(owner, port));
        if (attachment == null) return false;
        for (PortQueue queue : attachment.queues) if (queue.guard().isSlow()) return true;
        return false;
    }

    /**
     * Stops all that is served, then the loops. When it returns the kernel holds no descriptor of a port for us any more: a ring that is closed
     * with its polls and files releases them only some time after the process has ended, and the interfaces stay for as long.
     */
    @Override
    public synchronized void close() {
        if (isClosed) return;
        isClosed = true;
        watch.close();
        startHeld();
        List<Promise<Void>> released = new ArrayList<>();
        for (int i = 0; i < loops.length; i++) released.add(releaseAll(i));
        for (Promise<Void> each : released) each.awaitUninterruptibly(RELEASE_SECONDS, TimeUnit.SECONDS);
        attachments.clear();
        slowWriter.close(); // before the loops, which it gives tasks to
        await(group.shutdownGracefully(0, 1, TimeUnit.SECONDS));
        for (Worker worker : workers) worker.close();
    }

    /** Has a loop stop all its queues at once, and then close its worker. */
    private Promise<Void> releaseAll(int loop) {
        List<PortQueue> queues = attachments.values().stream()
                .map(attachment -> attachment.queues[loop])
                .toList();
        Promise<Void> released = loops[loop].newPromise();
        Runnable done = () -> {
            workers[loop].close();
            released.trySuccess(null);
        };
        loops[loop].execute(() -> {
            int[] left = {queues.size()};
            for (PortQueue queue : queues) {
                queue.stop(() -> {
                    if (--left[0] == 0) done.run();
                });
            }
            if (queues.isEmpty()) done.run();
        });
        return released;
    }

    private WorkerSwitch[] newLanes(LearningSwitch owner) {
        WorkerSwitch[] made = new WorkerSwitch[loops.length];
        for (int i = 0; i < made.length; i++) made[i] = new WorkerSwitch(owner, i, workers[i], loops[i]);
        return made;
    }

    private static <T> T await(Future<T> future) {
        future.awaitUninterruptibly();
        if (!future.isSuccess())
            throw new IllegalStateException("the event loop refused: " + future.cause(), future.cause());
        return future.getNow();
    }
}
