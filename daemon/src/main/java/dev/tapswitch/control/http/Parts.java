package dev.tapswitch.control.http;

/** A body that is made part by part while its reader takes it, so that a long one needs little memory. */
@FunctionalInterface
public interface Parts {
    /** Appends the next part, which may be empty; false when it was the last one. */
    boolean next(StringBuilder text);
}
