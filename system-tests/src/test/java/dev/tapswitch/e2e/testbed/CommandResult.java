package dev.tapswitch.e2e.testbed;

/**
 * The result of a command.
 *
 * @param exitCode {@link Command#KILLED} if the command did not end in time
 * @param output standard output and standard error in the order in which they were written
 */
public record CommandResult(int exitCode, String output) {}
