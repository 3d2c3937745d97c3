package dev.tapswitch.dataplane.worker;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/** Netty's event loops, one a worker, that may look for more frames before they sleep. */
final class WorkerLoops extends MultiThreadIoEventLoopGroup {
    WorkerLoops(int count, IoHandlerFactory factory, long busyPollNanos) {
        super(count, new ThreadPerTaskExecutor(new DefaultThreadFactory("worker", true)), factory, busyPollNanos);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... arguments) {
        return new Loop(this, executor, factory, new PolledQueues(new BusyPoll((long) arguments[0])));
    }

    /** A loop that has tasks does not block in epoll_wait or io_uring_enter: to look for more is such a task, and so is what waits to be flooded. */
    static final class Loop extends SingleThreadIoEventLoop {
        private final PolledQueues hotQueues;
        private volatile BooleanSupplier background = () -> false;
        private boolean isLooking;
        private boolean isBusy;

        private Loop(WorkerLoops group, Executor executor, IoHandlerFactory factory, PolledQueues hotQueues) {
            super(group, executor, factory);
            this.hotQueues = hotQueues;
        }

        PolledQueues hotQueues() {
            return hotQueues;
        }

        /** To be done a part a turn; answers whether there is more. */
        void background(BooleanSupplier work) {
            background = work;
        }

        /** Netty would log what ends the loop, and the switch would forward no more. */
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
            isLooking = hotQueues.look();
            isBusy = background.getAsBoolean();
            return super.runIo();
        }

        @Override
        protected boolean hasTasks() {
            return super.hasTasks() || isLooking || isBusy;
        }
    }
}
