package dev.tapswitch.control;

import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A queue of the signals SIGTERM, SIGINT and SIGHUP. sun.misc.Signal (module jdk.unsupported) is the JDK's only way to handle SIGHUP or to end with an
 * exit code of our own. It is called with method handles, because javac warns about its name, the warning cannot be suppressed, and warnings are
 * errors in this build.
 */
final class Signals {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    private Signals() {}

    /** Installs the handlers of these signals. */
    static Signals install() {
        Signals signals = new Signals();
        try {
            // nohup starts a process with SIGHUP ignored, and the JVM keeps a signal ignored that was ignored at its
            // start.
            Libc.signalDefault(Linux.SIGHUP);
            for (String name : new String[] {"TERM", "INT", "HUP"}) signals.install(name);
        } catch (Throwable e) {
            throw new IllegalStateException("this JVM has no sun.misc.Signal: run it with module jdk.unsupported", e);
        }
        return signals;
    }

    /** Waits for SIGTERM or SIGINT; runs {@code onHangUp} at every SIGHUP meanwhile. */
    void await(Runnable onHangUp) throws InterruptedException {
        while (received.take().equals("HUP")) onHangUp.run();
    }

    /** Makes {@link #await} return, as after SIGTERM. */
    void end() {
        received.add("END");
    }

    private void install(String name) throws Throwable {
        var lookup = MethodHandles.publicLookup();
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        MethodHandle add = MethodHandles.lookup()
                .findVirtual(BlockingQueue.class, "add", MethodType.methodType(boolean.class, Object.class));
        MethodHandle onSignal = MethodHandles.dropArguments(
                MethodHandles.insertArguments(add, 0, received, name).asType(MethodType.methodType(void.class)),
                0,
                signal);
        lookup.findStatic(signal, "handle", MethodType.methodType(handler, signal, handler))
                .invoke(
                        lookup.findConstructor(signal, MethodType.methodType(void.class, String.class))
                                .invoke(name),
                        MethodHandleProxies.asInterfaceInstance(handler, onSignal));
    }
}
