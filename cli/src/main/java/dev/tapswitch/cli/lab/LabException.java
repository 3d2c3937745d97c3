package dev.tapswitch.cli.lab;

/** A lab can't be as its file says; the message is one line: what, where (file and line when the file is wrong), what to do. */
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LabException(String line) {
        super(line);
    }
}
