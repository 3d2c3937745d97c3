package dev.tapswitch.cli.lab;

/** A lab command failed. The message is one line: what failed, where (file and line of an error in the lab file), and what to do. */
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LabException(String line) {
        super(line);
    }
}
