package dev.tapswitch.control.api;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ControlThread;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RunningSwitch;
import dev.tapswitch.core.bridge.Decision;
import dev.tapswitch.core.bridge.Explainer;
import dev.tapswitch.core.bridge.SwitchSnapshot;
import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.dataplane.worker.Trace;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Watches the frames of a switch as they pass and hands each on as JSON. One watcher a switch: there is one trace. Runs on a thread of its
 * own, which ends with the time, the number of frames, or the reader.
 */
final class TraceStream {
    /** Where the lines go. */
    interface Reader {
        /** Takes a line; false when it is gone. Waits while the reader is slow: the trace is bounded and counts what it misses. */
        boolean accept(Json line);

        /** Before the first line. */
        void begin();

        boolean isGone();

        void end();
    }

    private static final int CAPACITY = 4_096;
    private static final long PAUSE_NANOS = 20_000_000;
    private static final Set<String> WATCHED = new HashSet<>();

    private final RunningSwitch one;
    private final Trace trace = new Trace(CAPACITY);
    private final long deadlineNanos;
    private final int most;
    private final int onlyPort;
    private final Reader reader;
    private final long startNanos = System.nanoTime();
    private int shown;

    private TraceStream(RunningSwitch one, long seconds, int most, int onlyPort, Reader reader) {
        this.one = one;
        this.deadlineNanos = System.nanoTime() + seconds * 1_000_000_000L;
        this.most = most;
        this.onlyPort = onlyPort;
        this.reader = reader;
    }

    /** Begins to watch; Refused when somebody else does. Control thread. */
    static void start(ControlService control, ControlThread thread, Request request, Reader reader)
            throws RequestException {
        RunningSwitch one = control.requireSwitch(request.part("switch"));
        int seconds = request.number("seconds", 1, 86_400, 5);
        int most = request.number("max", 1, 10_000_000, 1_000);
        String port = request.query("port");
        int onlyPort = port == null ? -1 : control.requirePort(one.name(), port).index();
        if (!WATCHED.add(one.name())) {
            throw new RequestException(
                    RequestException.Reason.CONFLICT,
                    "somebody else is tracing switch " + one.name()
                            + ": there is one trace at a time, try again later");
        }
        TraceStream stream = new TraceStream(one, seconds, most, onlyPort, reader);
        control.host().workers().trace(one.learning(), stream.trace);
        reader.begin();
        Thread.ofPlatform().daemon().name("trace " + one.name()).start(() -> {
            stream.run();
            thread.execute(() -> stop(control, one));
        });
    }

    private static void stop(ControlService control, RunningSwitch one) {
        WATCHED.remove(one.name());
        RunningSwitch now = control.host().find(one.name());
        if (now == one) control.host().workers().trace(one.learning(), null);
    }

    private void run() {
        while (shown < most && System.nanoTime() - deadlineNanos < 0 && !reader.isGone()) {
            Trace.Event event = trace.poll();
            if (event == null) {
                LockSupport.parkNanos(PAUSE_NANOS);
            } else if (onlyPort < 0 || event.inPort() == onlyPort) {
                if (!reader.accept(line(event))) break;
                shown++;
            }
        }
        reader.end();
    }

    private Json line(Trace.Event event) {
        SwitchSnapshot snapshot = one.learning().snapshot();
        Decision decision = Decision.of(event.decision(), snapshot);
        int head = (int) Math.min(event.length(), event.head().byteSize());
        EthernetFrame frame = new EthernetFrame().wrap(event.head(), 0, head);
        String why = Explainer.why(decision, snapshot, frame);
        long micros = (event.nanoTime() - startNanos) / 1_000;
        Json line = Views.object().put("time-ms", micros / 1e3);
        FrameLine.of(one, event.inPort(), event.head(), event.length(), decision, why)
                .properties()
                .forEach(field -> line.set(field.getKey(), field.getValue()));
        return line;
    }
}
