package dev.tapswitch.linux.netns;

import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;

/**
 * Runs a piece of work in a network namespace: on a platform thread made for it, as setns(2) moves the calling thread alone and a thread
 * that came back wrong would be worse than one that ends. About 0.1 ms.
 */
public final class NamespaceThread {
    /** Work that ends with a value or says what went wrong. */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws DeviceException;
    }

    private NamespaceThread() {}

    /** Enters the namespace as the user names it. */
    public static <T> T call(Namespace namespace, Work<T> work) throws DeviceException {
        if (namespace instanceof Namespace.Current) return work.run();
        // O_NONBLOCK, lest a path that leads to a FIFO holds us.
        int fd = Libc.open(namespace.file(), Linux.O_RDONLY | Linux.O_CLOEXEC | Linux.O_NONBLOCK);
        if (namespace instanceof Namespace.OfProcess process && !process.isRunning()) {
            if (fd >= 0) Libc.close(fd);
            throw new DeviceException(Kind.NO_NAMESPACE, process.whyGone());
        }
        if (fd < 0) {
            Kind kind = fd == -Errno.ENOENT ? Kind.NO_NAMESPACE : Kind.OTHER;
            throw new DeviceException(kind, fd, cannotOpen(namespace, fd));
        }
        try {
            return call(fd, "namespace \"" + namespace + "\"", work);
        } finally {
            Libc.close(fd);
        }
    }

    /** Enters the namespace that {@code fd} stands for; {@code what} names it in errors. */
    public static <T> T call(int fd, String what, Work<T> work) throws DeviceException {
        var outcome = new Outcome<T>();
        Thread thread = Thread.ofPlatform()
                .name("namespace")
                .daemon()
                .start(() -> outcome.of(() -> {
                    int result = Libc.setns(fd, Linux.CLONE_NEWNET);
                    if (result < 0) throw new DeviceException(result, cannotEnter(what, result));
                    return work.run();
                }));
        joinUninterruptibly(thread);
        return outcome.get();
    }

    private static String cannotOpen(Namespace namespace, int errno) {
        String file = namespace.file();
        if (errno == -Errno.EACCES || errno == -Errno.EPERM) {
            return file + ": " + Errno.text(errno) + "; run as root (a process's namespace also takes CAP_SYS_PTRACE)";
        }
        if (errno != -Errno.ENOENT) return file + ": " + Errno.text(errno);
        return switch (namespace) {
            case Namespace.Named(var name) ->
                "namespace \"" + name + "\" does not exist (no " + file + "); create it with `ip netns add " + name
                        + "`";
            case Namespace.OfPid(var pid) -> "there is no process " + pid + " (no " + file + ")";
            case Namespace.OfProcess process -> process.whyGone();
            case Namespace.AtPath(var path) -> "there is no namespace at " + path + "; is its container running?";
            case Namespace.Current() -> "no " + file + "; is /proc mounted?";
        };
    }

    private static String cannotEnter(String what, int errno) {
        return switch (-errno) {
            case Errno.EINVAL -> what + " is not a network namespace (a file that was left behind?)";
            case Errno.EPERM -> "cannot enter " + what + ": EPERM, run as root (or with CAP_SYS_ADMIN)";
            default -> "cannot enter " + what + ": " + Errno.text(errno);
        };
    }

    /** The work is short and must not be left half done: an interrupt waits until it is over. */
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

    /** What came of the work; written by its thread, read after that thread has ended. */
    private static final class Outcome<T> {
        private T value;
        private DeviceException failure;
        private Throwable fault = new IllegalStateException("the work did not end");

        void of(Work<T> work) {
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
