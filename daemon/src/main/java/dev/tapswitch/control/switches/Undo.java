package dev.tapswitch.control.switches;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Undoes the steps of a change that does not complete: {@link #close} without a {@link #commit} undoes all steps, the last one first. For try-with-resources. Not
 * thread-safe.
 */
public final class Undo implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Undo.class);

    /** Undoes one step of a change. */
    @FunctionalInterface
    public interface Step {
        void undo() throws RequestException;
    }

    private record Named(String what, Step step) {}

    private final Deque<Named> steps = new ArrayDeque<>();

    /** Registers how to undo a step that has just been made, or is tried next. {@code what} names the step in the log if undoing it fails. */
    public void add(String what, Step step) {
        steps.push(new Named(what, step));
    }

    /** Marks the change as complete: {@link #close} undoes nothing. */
    public void commit() {
        steps.clear();
    }

    /** Undoes all steps. A step that fails is logged and does not keep the others from being undone. */
    @Override
    public void close() {
        while (!steps.isEmpty()) {
            Named last = steps.pop();
            try {
                last.step().undo();
            } catch (RequestException e) {
                LOG.warn("cannot undo {}: {}", last.what(), e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("cannot undo {}: this is a bug, please report it", last.what(), e);
            }
        }
    }
}
