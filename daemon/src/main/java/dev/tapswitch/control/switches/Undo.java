package dev.tapswitch.control.switches;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps back from a change that consists of several: closed without a {@link #commit}, it takes them, the last one first. For
 * try-with-resources. Not thread-safe.
 */
public final class Undo implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Undo.class);

    /** A step back. */
    @FunctionalInterface
    public interface Step {
        void undo() throws RequestException;
    }

    private record Named(String what, Step step) {}

    private final Deque<Named> steps = new ArrayDeque<>();

    /** Adds the step back from something that has just been done, or is about to be tried. {@code what} names it in the log if undoing fails. */
    public void add(String what, Step step) {
        steps.push(new Named(what, step));
    }

    /** The change is complete: nothing is undone any more. */
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
