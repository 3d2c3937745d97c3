package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;

/** The root file system of a container with nothing but a static busybox. */
public final class BusyboxImage {
    private BusyboxImage() {}

    /** Skips the test where there is no static busybox with httpd. */
    public static void assumeAvailable() {
        CommandResult found = Command.run("sh", "-c", "busybox --list | grep -qx httpd && ! ldd $(command -v busybox)");
        assumeTrue(found.exitCode() == 0, "needs a static busybox: apt-get install busybox-static");
    }

    /** Creates the file system in {@code directory}, and returns it as a tar file beside it. */
    public static Path create(Path directory) {
        Command.expect("sh", "-c", """
                set -e; mkdir -p %1$s/bin %1$s/etc %1$s/proc %1$s/sys %1$s/dev %1$s/tmp %1$s/www %1$s/root
                cp "$(command -v busybox)" %1$s/bin/busybox
                for a in $(busybox --list); do [ "$a" = busybox ] || ln -s busybox "%1$s/bin/$a"; done
                echo 'root:x:0:0:root:/root:/bin/sh' >%1$s/etc/passwd
                tar -C %1$s -cf %1$s.tar .
                """.formatted(directory));
        return Path.of(directory + ".tar");
    }
}
