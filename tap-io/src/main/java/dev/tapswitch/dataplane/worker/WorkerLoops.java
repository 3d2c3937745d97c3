package dev.tapswitch.dataplane.worker;

import dev.tapswitch.dataplane.poll.BusyPoll;
import dev.tapswitch.dataplane.poll.PolledQueues;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/** Netty's event loops, one per worker, with busy polling before a loop sleeps. */
public final class WorkerLoops extends MultiThreadIoEventLoopGroup {
    public WorkerLoops(int count, IoHandlerFactory factory, long busyPollNanos) {
        super(count, new ThreadPerTaskExecutor(new DefaultThreadFactory("worker", true)), factory, busyPollNanos);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... arguments) {
        return new Loop(this, executor, factory, new PolledQueues(new BusyPoll((long) arguments[0])));
    }

    /** An event loop does not block in epoll_wait or io_uring_enter while it has tasks. Busy polling and waiting floods count as tasks. */
    public static final class Loop extends SingleThreadIoEventLoop {
        private final PolledQueues polledQueues;
        private volatile BooleanSupplier background = () -> false;
        private boolean isPolling;
        private boolean isBusy;

        private Loop(WorkerLoops group, Executor executor, IoHandlerFactory factory, PolledQueues polledQueues) {
            super(group, executor, factory);
            this.polledQueues = polledQueues;
        }

        public PolledQueues polledQueues() {
            return polledQueues;
        }

        /** Runs {@code work} once per iteration. It returns whether it has more to do. */
        public void setBackground(BooleanSupplier work) {
            background = work;
        }

        /** Netty would only log an error that ends the loop, and the switch would stop forwarding. */
        @Override
        protected void run() {
            try {
                super.run();
            } catch (Throwable e) {
                Thread thread = Thread.currentThread();
                var error = e instanceof VirtualMachineError ? e : new InternalError("the event loop ended: " + e, e);
                thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
                throw e;
            }
        }

        @Override
        protected int runIo() {
            isPolling = polledQueues.poll();
            isBusy = background.getAsBoolean();
            return super.runIo();
        }

        @Override
        protected boolean hasTasks() {
            return super.hasTasks() || isPolling || isBusy;
        }
    }
}
