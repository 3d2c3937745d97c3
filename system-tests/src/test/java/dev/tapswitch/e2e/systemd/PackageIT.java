package dev.tapswitch.e2e.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Debian package as a file. {@link SystemdIT} installs it. */
@Timeout(700)
class PackageIT {
    /** config/debian/lintian-overrides gives the reason of each override. */
    @Test
    void lintianReportsNothing() throws IOException {
        assumeTrue(Command.exists("lintian"), "needs lintian");
        Path file = DebianPackage.file();
        CommandResult lintian = Command.run(
                Duration.ofMinutes(3),
                List.of("env", "LC_ALL=C.UTF-8", "lintian", "--allow-root", "--fail-on", "error,warning", file + ""));
        assertEquals(
                List.of(),
                lintian.output()
                        .lines()
                        .filter(line -> line.matches("[EW]: .*"))
                        .toList());
        assertEquals(0, lintian.exitCode(), lintian::output);
    }

    /** Detects a library or a JDK module that has been added by mistake. */
    @Test
    void theInstalledPackageIsSmall() throws IOException {
        String size = Command.expect("dpkg-deb", "-f", DebianPackage.file().toString(), "Installed-Size");
        int kilobytes = Integer.parseInt(size.strip());
        System.out.printf("measured: the package takes %d MiB installed%n", kilobytes / 1024);
        assertTrue(kilobytes < 74 * 1024, () -> "the package takes " + kilobytes + " KiB installed");
    }
}
