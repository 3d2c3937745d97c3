package dev.tapswitch.control.handover;

import dev.tapswitch.control.switches.ControlThread;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.unix.UnixPacketSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces this process by a new one. The successor starts while this process forwards and serves requests. Then the control threads pause until the
 * successor has opened all ports on the same queues, and only then this process stops reading them. Until that moment, a failure ends the successor and
 * nothing else.
 */
public final class Handover {
    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);
    /** The pause between two checks of whether the successor still runs. */
    private static final int ACCEPT_MS = 50;

    /** The owner of the resources that are handed over. Its methods are called on the control thread, except {@link #ended}. */
    public interface Owner {
        /** The queues of all TAPs, by name. */
        Map<String, int[]> queues();

        /**
         * Makes new requests wait until {@link #resume}, or until the successor serves them. When this returns, all earlier requests are done, or queued on the
         * control thread of the hand-over. Must not be called on a control thread.
         */
        void pause() throws IOException, InterruptedException;

        /** Ends a {@link #pause}, because this process continues. */
        void resume();

        /** Stops reading, finally, and makes the successor the main process of the service. */
        void stopForwarding(long pid);

        /** Releases everything that only one process can have: locks, published ports. Returns the sockets and connections of the servers, by path, for the successor. */
        Map<Path, int[]> release() throws IOException;

        /** The hand-over is complete: ends this process without changing anything. Called on the thread of the hand-over. */
        void ended();
    }

    private final List<String> arguments;
    private final Path path;
    private final ControlThread thread;
    private final Owner owner;
    private final AtomicBoolean isBusy = new AtomicBoolean();

    /**
     * A hand-over that has not started.
     *
     * @param arguments of the tapswitch command that started this daemon
     * @param api the API's socket; the socket between the two processes is next to it
     */
    public Handover(List<String> arguments, Path api, ControlThread thread, Owner owner) {
        this.arguments = arguments;
        this.path = api.resolveSibling(api.getFileName() + ".handover");
        this.thread = thread;
        this.owner = owner;
    }

    /**
     * Starts a hand-over. May be called on any thread.
     *
     * @return the pid of the running successor, or a {@link RequestException} with the reason why this process continues
     */
    public CompletableFuture<Long> begin() {
        CompletableFuture<Long> result = new CompletableFuture<>();
        if (isBusy.getAndSet(true)) {
            result.completeExceptionally(new RequestException(Reason.CONFLICT, "a restart is in progress"));
            return result;
        }
        Thread.ofPlatform().name("hand-over").daemon().start(() -> run(result));
        return result;
    }

    private void run(CompletableFuture<Long> result) {
        AtomicBoolean isCommitted = new AtomicBoolean();
        Process successor = null;
        try {
            Files.deleteIfExists(path);
            try (UnixPacketSocket listener = UnixPacketSocket.listen(path)) {
                successor = SuccessorProcess.of(arguments, path);
                result.complete(handOver(listener, successor, isCommitted));
            }
        } catch (IOException | ExecutionException | RuntimeException e) {
            result.completeExceptionally(explain(e, isCommitted.get()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            result.completeExceptionally(explain(e, isCommitted.get()));
        } finally {
            if (isCommitted.get()) owner.ended();
            else isBusy.set(false);
        }
    }

    private long handOver(UnixPacketSocket listener, Process successor, AtomicBoolean isCommitted)
            throws IOException, ExecutionException, InterruptedException {
        UnixPacketSocket socket = null;
        boolean isPaused = false;
        try {
            socket = accept(listener, successor);
            UnixPacketSocket connected = socket;
            HandoverProtocol.expect(connected, HandoverProtocol.READY);
            isPaused = true;
            owner.pause();
            return thread.submit(() -> handOver(connected, successor.pid(), isCommitted))
                    .get();
        } finally {
            // The successor ends before its socket is closed, from which it would conclude that this process has died.
            if (!isCommitted.get()) end(successor);
            if (!isCommitted.get() && isPaused) owner.resume();
            if (socket != null) socket.close();
            Files.deleteIfExists(path);
        }
    }

    /** Runs on the control thread, so that nothing changes meanwhile. */
    private long handOver(UnixPacketSocket socket, long pid, AtomicBoolean isCommitted) throws IOException {
        for (var queues : owner.queues().entrySet())
            socket.send(HandoverProtocol.QUEUES + queues.getKey(), queues.getValue());
        socket.send(HandoverProtocol.ALL);
        HandoverProtocol.expect(socket, HandoverProtocol.PREPARED);
        isCommitted.set(true);
        long began = System.nanoTime();
        owner.stopForwarding(pid);
        long ms = (System.nanoTime() - began) / 1_000_000;
        socket.send(HandoverProtocol.FORWARD);
        for (var server : owner.release().entrySet()) send(socket, server.getKey(), server.getValue());
        socket.send(HandoverProtocol.FREE);
        HandoverProtocol.expect(socket, HandoverProtocol.RUNNING);
        LOG.info("handed over to process {}; it took {} ms to stop reading", pid, ms);
        return pid;
    }

    private static void send(UnixPacketSocket socket, Path server, int[] descriptors) throws IOException {
        for (int from = 0; from < descriptors.length; from += Linux.SCM_MAX_FD) {
            int to = Math.min(from + Linux.SCM_MAX_FD, descriptors.length);
            socket.send(HandoverProtocol.SERVER + server, Arrays.copyOfRange(descriptors, from, to));
        }
    }

    private static UnixPacketSocket accept(UnixPacketSocket listener, Process successor) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(HandoverProtocol.TIMEOUT_MS);
        while (System.nanoTime() < end) {
            UnixPacketSocket socket = listener.accept(ACCEPT_MS);
            if (socket != null && socket.peer().pid() == successor.pid()) return socket;
            if (socket != null) socket.close();
            else if (!successor.isAlive())
                throw new IOException("the new process ended with exit code " + successor.exitValue()
                        + " before it was ready: see the daemon's log");
        }
        throw new IOException("the new process was not ready within " + HandoverProtocol.TIMEOUT_MS / 1_000 + " s");
    }

    private static void end(Process successor) throws InterruptedException {
        successor.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    private static RequestException explain(Exception e, boolean isCommitted) {
        Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        String outcome = isCommitted
                ? "handed over, but the new process failed at once: "
                : "not restarted, the daemon continues unchanged: ";
        return new RequestException(Reason.FAILED, outcome + cause.getMessage(), cause);
    }
}
