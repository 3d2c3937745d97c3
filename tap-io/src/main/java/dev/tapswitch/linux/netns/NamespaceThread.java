package dev.tapswitch.linux.netns;

import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;

/**
 * Does work in a network namespace, on a platform thread that is created for it and ends with it: setns(2) moves the calling thread, and a pooled
 * thread that failed to return to its namespace would do later work in the wrong one. Takes about 0.1 ms. Must not be called on a worker.
 */
public final class NamespaceThread {
    /** Work to be done in a namespace. */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws DeviceException;
    }

    private NamespaceThread() {}

    /**
     * Does work in the namespace that has this name now, and waits for its result.
     *
     * @throws DeviceException if the namespace cannot be entered, or thrown by the work
     */
    public static <T> T call(Namespace namespace, Work<T> work) throws DeviceException {
        if (namespace instanceof Namespace.Current) return work.run();
        // O_NONBLOCK: opening a FIFO, to which a user's path may lead, would block otherwise.
        int fd = Libc.open(namespace.file(), Linux.O_RDONLY | Linux.O_CLOEXEC | Linux.O_NONBLOCK);
        try {
            if (namespace instanceof Namespace.OfProcess process) process.requireRunning();
            if (fd < 0) {
                Kind kind = fd == -Errno.ENOENT ? Kind.NO_NAMESPACE : Kind.OTHER;
                throw new DeviceException(kind, fd, cannotOpen(namespace, fd));
            }
            return call(fd, "namespace \"" + namespace + "\"", work);
        } finally {
            if (fd >= 0) Libc.close(fd);
        }
    }

    /** Does work in the namespace that {@code fd} refers to, and waits for its result. {@code what} names the namespace in error messages. */
    public static <T> T call(int fd, String what, Work<T> work) throws DeviceException {
        return onThread(() -> {
            int result = Libc.setns(fd, Linux.CLONE_NEWNET);
            if (result < 0) throw new DeviceException(result, cannotEnter(what, result));
            return work.run();
        });
    }

    /** Does work in a new namespace, which ends with the work unless the work keeps a descriptor of it. */
    public static <T> T callInNew(Work<T> work) throws DeviceException {
        return onThread(() -> {
            int result = Libc.unshare(Linux.CLONE_NEWNET);
            if (result < 0) throw new DeviceException(result, cannotUnshare(result));
            return work.run();
        });
    }

    private static <T> T onThread(Work<T> work) throws DeviceException {
        var outcome = new Outcome<T>();
        Thread thread = Thread.ofPlatform().name("namespace").daemon().start(() -> outcome.run(work));
        joinUninterruptibly(thread);
        return outcome.get();
    }

    private static String cannotUnshare(int errno) {
        return switch (-errno) {
            case Errno.EPERM -> "cannot create a network namespace: EPERM; run as root or with CAP_SYS_ADMIN";
            default -> "cannot create a network namespace: " + Errno.text(errno);
        };
    }

    private static String cannotOpen(Namespace namespace, int errno) {
        String file = namespace.file();
        if (errno == -Errno.EACCES || errno == -Errno.EPERM) {
            return file + ": " + Errno.text(errno)
                    + "; run as root (the namespace of a process also requires CAP_SYS_PTRACE)";
        }
        if (errno != -Errno.ENOENT) return file + ": " + Errno.text(errno);
        return switch (namespace) {
            case Namespace.Named(var name) ->
                "namespace \"" + name + "\" does not exist (no " + file + "); create it with `ip netns add " + name
                        + "`";
            case Namespace.OfPid(var pid) -> "process " + pid + " does not exist (no " + file + ")";
            case Namespace.OfProcess process -> process.whyGone();
            case Namespace.AtPath(var path) -> "namespace " + path + " does not exist; is its container running?";
            case Namespace.Current() -> "no " + file + "; is /proc mounted?";
        };
    }

    private static String cannotEnter(String what, int errno) {
        return switch (-errno) {
            case Errno.EINVAL -> what + " is not a network namespace; is its file left over from a deleted one?";
            case Errno.EPERM -> "cannot enter " + what + ": EPERM; run as root or with CAP_SYS_ADMIN";
            default -> "cannot enter " + what + ": " + Errno.text(errno);
        };
    }

    /** The work is short and must not be abandoned halfway, so an interrupt waits until it has finished. */
    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    /** The result of the work. Written by its thread; read after that thread has ended. */
    private static final class Outcome<T> {
        private T value;
        private DeviceException failure;
        private Throwable fault = new IllegalStateException("the work did not finish");

        void run(Work<T> work) {
            try {
                value = work.run();
                fault = null;
            } catch (DeviceException e) {
                failure = e;
                fault = null;
            } catch (RuntimeException | Error e) {
                fault = e;
            }
        }

        T get() throws DeviceException {
            if (failure != null) throw failure;
            if (fault != null) throw new IllegalStateException("in a namespace: " + fault, fault);
            return value;
        }
    }
}
