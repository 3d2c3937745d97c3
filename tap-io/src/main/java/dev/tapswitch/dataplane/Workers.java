package dev.tapswitch.dataplane;

import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PuntRule;
import dev.tapswitch.dataplane.buffer.FrameBuffer;
import dev.tapswitch.dataplane.epoll.EpollPortQueue;
import dev.tapswitch.dataplane.observe.Trace;
import dev.tapswitch.dataplane.punt.PuntQueue;
import dev.tapswitch.dataplane.punt.PuntReceiver;
import dev.tapswitch.dataplane.punt.PuntService;
import dev.tapswitch.dataplane.uring.UringBatch;
import dev.tapswitch.dataplane.uring.UringPortQueue;
import dev.tapswitch.dataplane.worker.PortListener;
import dev.tapswitch.dataplane.worker.PortQueue;
import dev.tapswitch.dataplane.worker.QueueBinding;
import dev.tapswitch.dataplane.worker.SlowWriter;
import dev.tapswitch.dataplane.worker.Worker;
import dev.tapswitch.dataplane.worker.WorkerLoops;
import dev.tapswitch.dataplane.worker.WorkerSwitch;
import dev.tapswitch.dataplane.worker.WriteBatch;
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
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The workers: event loops, each with one queue of every port and its own buffers. The methods must be called by control threads, never by a worker.
 * Thread-safe.
 */
public final class Workers implements AutoCloseable {
    /** Entries of the ring that a loop waits with: one POLL_ADD per port that has frames; it is submitted when it is full. */
    private static final int RING_SIZE = 512;

    private static final int COMPLETION_RING_SIZE = 4_096;
    /** How long {@link #close} waits for a loop, so that a loop that hangs does not prevent the others from ending. */
    private static final int RELEASE_SECONDS = 5;

    private record Key(LearningSwitch owner, int port) {
        // The methods that a record has by default are generated at run time, which would delay the start.
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
    private record UnstartedQueue(int loop, PortQueue queue, IoRegistration registration) {}

    private final IoMode mode;
    private final String reason;
    private final IoEventLoopGroup group;
    private final IoEventLoop[] loops;
    private final Worker[] workers;
    /** By worker; null with epoll. */
    private final UringBatch[] batches;
    /** By worker; null with io_uring. */
    private final MemorySegment[] buffers;

    private final Map<LearningSwitch, WorkerSwitch[]> switches = new HashMap<>();
    private final Map<Key, Attachment> attachments = new HashMap<>();
    private final List<UnstartedQueue> unstarted = new ArrayList<>();
    private final PortListener listener;
    private final LinkWatch watch = new LinkWatch();
    private final SlowWriter slowWriter = new SlowWriter();
    private final PuntService punts;
    private int pauses;
    private boolean isClosed;

    private Workers(
            IoMode mode, String reason, IoHandlerFactory factory, WorkerSettings settings, PortListener listener) {
        int count = settings.count();
        this.mode = mode;
        this.reason = reason;
        this.listener = listener;
        this.punts = new PuntService(count);
        this.group = new WorkerLoops(count, factory, settings.busyPollNanos());
        this.loops = new IoEventLoop[count];
        this.workers = new Worker[count];
        this.batches = new UringBatch[count];
        this.buffers = new MemorySegment[count];
        for (int i = 0; i < count; i++) {
            loops[i] = group.next();
            workers[i] = newWorker(i, (WorkerLoops.Loop) loops[i]);
        }
    }

    private Worker newWorker(int index, WorkerLoops.Loop loop) {
        WriteBatch writes = WriteBatch.NONE;
        if (mode == IoMode.EPOLL) {
            buffers[index] = FrameBuffer.allocate();
        } else {
            // The kernel requires that the thread which creates a ring also uses it.
            batches[index] = await(loop.submit(UringBatch::open));
            writes = batches[index];
        }
        Worker worker = new Worker(loop.polledQueues(), writes, loop, slowWriter, listener);
        if (batches[index] != null) batches[index].setWorker(worker);
        loop.setBackground(worker::floodWaiting);
        return worker;
    }

    /** Starts the workers. Throws IllegalStateException with a message of one line if the settings are not possible here. */
    public static Workers start(WorkerSettings settings, PortListener listener) {
        IoMode wanted = settings.io();
        String obstacle = wanted == IoMode.EPOLL ? null : uringObstacle();
        if (wanted == IoMode.IO_URING && obstacle != null) {
            throw new IllegalStateException(
                    "io: io_uring does not work here (" + obstacle + "); set io: epoll or io: auto");
        }
        if (wanted != IoMode.EPOLL && obstacle == null) {
            String reason =
                    wanted == IoMode.AUTO ? "it works here, and moves more frames a second than epoll" : "as set";
            var config = new IoUringIoHandlerConfig().setRingSize(RING_SIZE).setCqSize(COMPLETION_RING_SIZE);
            return new Workers(IoMode.IO_URING, reason, IoUringIoHandler.newFactory(config), settings, listener);
        }
        if (!Epoll.isAvailable()) {
            throw new IllegalStateException(
                    "epoll does not work here: " + Epoll.unavailabilityCause().getMessage());
        }
        String reason = wanted == IoMode.AUTO ? "io_uring does not work here: " + obstacle : "as set";
        return new Workers(IoMode.EPOLL, reason, EpollIoHandler.newFactory(), settings, listener);
    }

    /** Why io_uring can't be used; null if it can. */
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

    /** Why this mode was chosen, for logs. */
    public String why() {
        return reason;
    }

    /** Forwards some frames of a temporary switch, so that the first real frame does not wait for classes to load. Must be called before the first port. */
    public synchronized void warmUp() {
        for (int i = 0; i < loops.length; i++) {
            int index = i;
            await(loops[i].submit(
                    () -> WarmUp.run(workers[index], loops[index], binding -> newQueue(index, binding, false))));
        }
    }

    /** Starts to forward for a port: worker i serves queue i of the device. Returns when all workers serve it. The device must have one queue per worker. */
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
            throw new IllegalStateException("port " + port + " of " + owner.name() + " is attached already");
        WorkerSwitch[] byWorker = switches(owner);
        Attachment attachment = new Attachment(
                device::state, () -> owner.isPortUp(port), state -> listener.linkChanged(owner, port, state));
        List<PortQueue> queues = new ArrayList<>();
        for (int i = 0; i < fds.length; i++) {
            var binding = new QueueBinding(fds[i], port, workers[i], byWorker[i], attachment::deviceLost);
            PortQueue queue = newQueue(i, binding, device.takesBursts());
            queues.add(queue);
            unstarted.add(new UnstartedQueue(i, queue, await(loops[i].register(queue))));
        }
        if (pauses == 0) startQueues();
        attachment.setQueues(queues);
        attachments.put(key, attachment);
        watch.add(attachment);
    }

    private PortQueue newQueue(int worker, QueueBinding binding, boolean takesBursts) {
        return mode == IoMode.EPOLL
                ? new EpollPortQueue(binding, buffers[worker])
                : new UringPortQueue(binding, batches[worker], takesBursts);
    }

    /**
     * Ports that are attached from now on do not read until {@link #resumeReads}: otherwise frames that wait in the queues of one port, as after a
     * restart, would be flooded or dropped because their egress ports are not attached yet.
     */
    public synchronized void pauseReads() {
        pauses++;
    }

    /** Ports that were attached in the meantime start to read, after as many calls as {@link #pauseReads} had. */
    public synchronized void resumeReads() {
        if (--pauses == 0) startQueues();
    }

    /** One task per loop: a loop reads no frame before all its queues can be written to. */
    private void startQueues() {
        for (int i = 0; i < loops.length; i++) {
            int loop = i;
            List<UnstartedQueue> starting =
                    unstarted.stream().filter(each -> each.loop == loop).toList();
            if (starting.isEmpty()) continue;
            await(loops[i].submit(() -> starting.forEach(each -> each.queue.start(each.registration))));
        }
        unstarted.clear();
    }

    /** Stops serving a port. When it returns, no worker uses the port's descriptors any more. */
    public synchronized void detach(LearningSwitch owner, int port) {
        startQueues();
        Attachment attachment = attachments.remove(new Key(owner, port));
        if (attachment == null) return;
        watch.remove(attachment);
        for (int i = 0; i < loops.length; i++) {
            PortQueue queue = attachment.queues().get(i);
            Promise<Void> stopped = loops[i].newPromise();
            loops[i].execute(() -> queue.stop(() -> stopped.trySuccess(null)));
            await(stopped);
        }
    }

    /** Records the frames of a switch in a trace from now on; null ends it. */
    public synchronized void trace(LearningSwitch owner, Trace trace) {
        for (WorkerSwitch sw : switches(owner)) sw.setTrace(trace);
    }

    /** Hands frames of a switch that match the rule to the receiver, until the registration is closed. */
    public synchronized PuntService.Registration punt(LearningSwitch owner, PuntRule rule, PuntReceiver receiver) {
        List<PuntQueue> queues = punts.queues(owner);
        WorkerSwitch[] byWorker = switches(owner);
        for (int i = 0; i < byWorker.length; i++) byWorker[i].setPuntQueue(queues.get(i));
        return punts.register(owner, rule, receiver);
    }

    /** Forgets a switch whose ports are all detached. */
    public synchronized void forget(LearningSwitch owner) {
        switches.remove(owner);
        punts.forget(owner);
    }

    /**
     * Checks that every event loop completes an iteration. Must not be called on a worker.
     *
     * @return the numbers of the workers whose event loops did not complete one within {@code limitMs}
     */
    public List<Integer> probe(long limitMs) {
        List<Future<?>> iterations = new ArrayList<>();
        for (IoEventLoop loop : loops) iterations.add(loop.submit(() -> {}));
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
        List<Integer> stuck = new ArrayList<>();
        for (int i = 0; i < loops.length; i++) {
            long left = Math.max(0, end - System.nanoTime());
            if (!iterations.get(i).awaitUninterruptibly(left, TimeUnit.NANOSECONDS)) stuck.add(i);
        }
        return stuck;
    }

    /** The port that a worker is writing to now, for logs: a stuck worker is usually stuck there. Null if it is not writing. */
    public String writingTo(int worker) {
        return workers[worker].writingTo();
    }

    /** Whether writes to the port are limited because they take too long. */
    public synchronized boolean isSlow(LearningSwitch owner, int port) {
        Attachment attachment = attachments.get(new Key(owner, port));
        return attachment != null
                && attachment.queues().stream().anyMatch(queue -> queue.guard().isSlow());
    }

    /**
     * Stops all queues, then the loops. When it returns, the kernel has released the ports' descriptors: if a ring were closed with pending
     * operations and registered files, the kernel would release these some time after the process has ended, and the interfaces would exist for as
     * long.
     */
    @Override
    public synchronized void close() {
        if (isClosed) return;
        isClosed = true;
        watch.close();
        startQueues();
        List<Promise<Void>> released = new ArrayList<>();
        for (int i = 0; i < loops.length; i++) released.add(releaseAll(i));
        for (Promise<Void> each : released) each.awaitUninterruptibly(RELEASE_SECONDS, TimeUnit.SECONDS);
        attachments.clear();
        punts.close();
        slowWriter.close(); // before the loops, because it submits tasks to them
        await(group.shutdownGracefully(0, 1, TimeUnit.SECONDS));
        for (Worker worker : workers) worker.close();
    }

    /** Stops all queues of a loop at once, then closes its worker. */
    private Promise<Void> releaseAll(int loop) {
        List<PortQueue> queues = attachments.values().stream()
                .map(attachment -> attachment.queues().get(loop))
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

    private WorkerSwitch[] switches(LearningSwitch owner) {
        return switches.computeIfAbsent(owner, key -> {
            WorkerSwitch[] made = new WorkerSwitch[loops.length];
            for (int i = 0; i < made.length; i++) made[i] = new WorkerSwitch(owner, i, workers[i], loops[i]);
            return made;
        });
    }

    private static <T> T await(Future<T> future) {
        future.awaitUninterruptibly();
        if (!future.isSuccess())
            throw new IllegalStateException("the event loop failed: " + future.cause(), future.cause());
        return future.getNow();
    }
}
