package dev.tapswitch.dataplane.worker;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class WorkerLoopsTest {
    /** An event loop that fails in its first iteration. */
    private static final class Failing implements IoHandler {
        @Override
        public int run(IoHandlerContext context) {
            throw new StackOverflowError();
        }

        @Override
        public IoRegistration register(IoHandle handle) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void wakeup() {
            // The loop never waits.
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return true;
        }
    }

    @Test
    void anErrorThatEndsALoopReachesTheUncaughtExceptionHandlerAsVirtualMachineError() throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        CountDownLatch handled = new CountDownLatch(1);
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
            thrown.set(error);
            handled.countDown();
        });
        WorkerLoops loops = new WorkerLoops(1, executor -> new Failing(), 0);
        try {
            loops.next().execute(() -> {});
            assertTrue(handled.await(60, TimeUnit.SECONDS), "the error was not reported");
            assertInstanceOf(VirtualMachineError.class, thrown.get());
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
            var _ = loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        }
    }
}
