package dev.tapswitch.control.http;

/** The body of a response, produced part by part while the client reads it, so that a long body needs little memory. */
@FunctionalInterface
public interface Parts {
    /** Appends the next part, which may be empty; returns false after the last one. */
    boolean next(StringBuilder text);
}
