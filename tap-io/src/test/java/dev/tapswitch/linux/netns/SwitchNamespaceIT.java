package dev.tapswitch.linux.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The namespace of a switch's host ends is created, mounted and adopted. */
@Timeout(120)
class SwitchNamespaceIT {
    private Path directory;
    private Path mount;

    @BeforeEach
    void createDirectory() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
        directory = Files.createTempDirectory("tapswitch-netns-");
        mount = directory.resolve("switch");
    }

    /** A test that fails may leave a mount, which is unmounted first. */
    @AfterEach
    void deleteDirectory() throws IOException {
        if (directory == null) return;
        Libc.unmount(mount.toString(), Linux.MNT_DETACH | Linux.UMOUNT_NOFOLLOW);
        Files.deleteIfExists(mount);
        Files.delete(directory);
    }

    private static String sysctl(SwitchNamespace namespace, String name) throws DeviceException {
        return namespace.call(() -> {
            try {
                return Files.readString(Path.of("/proc/sys/net", name)).strip();
            } catch (IOException e) {
                throw new DeviceException(e.toString(), e);
            }
        });
    }

    private static void setSysctl(SwitchNamespace namespace, String name, String value) throws DeviceException {
        namespace.call(() -> {
            try {
                return Files.writeString(Path.of("/proc/sys/net", name), value);
            } catch (IOException e) {
                throw new DeviceException(e.toString(), e);
            }
        });
    }

    private static void assertSilent(SwitchNamespace namespace) throws DeviceException {
        assertEquals("1", sysctl(namespace, "ipv6/conf/all/disable_ipv6"));
        assertEquals("1", sysctl(namespace, "ipv6/conf/default/disable_ipv6"));
        assertEquals("0", sysctl(namespace, "ipv4/ip_forward"));
    }

    @Test
    void aNewNamespaceHasNoIpv6AndTheCallersThreadDoesNotEnterIt() throws Exception {
        Optional<NamespaceKey> before = NamespaceKey.ofThread();
        try (SwitchNamespace namespace = SwitchNamespace.create()) {
            assertEquals(before, NamespaceKey.ofThread());
            assertNotEquals(before, Optional.of(namespace.key()));
            assertEquals(Optional.of(namespace.key()), NamespaceKey.of(namespace.namespace()));
            assertEquals(Optional.of(namespace.key()), namespace.call(NamespaceKey::ofThread));
            assertSilent(namespace);
        }
    }

    @Test
    void aMountOutlivesItsOwnerAndIsAdopted() throws Exception {
        NamespaceKey key;
        try (SwitchNamespace first = SwitchNamespace.create(mount)) {
            key = first.key();
        }
        assertTrue(Files.exists(mount));
        try (SwitchNamespace second = SwitchNamespace.adopt(mount)) {
            assertEquals(key, second.key());
            second.remove();
        }
        assertFalse(Files.exists(mount));
    }

    @Test
    void aPassedDescriptorIsAdoptedAndStaysOpenAfterItsOriginalIsClosed() throws Exception {
        SwitchNamespace first = SwitchNamespace.create();
        int passed = Libc.fcntl(first.fd(), Linux.F_DUPFD_CLOEXEC, 0);
        first.close();
        try (SwitchNamespace second = SwitchNamespace.adopt(passed)) {
            assertEquals(first.key(), second.key());
            assertEquals(passed, second.fd());
            assertSilent(second);
        }
    }

    @Test
    void anAdoptedNamespaceIsSilencedAgain() throws Exception {
        try (SwitchNamespace first = SwitchNamespace.create(mount)) {
            setSysctl(first, "ipv6/conf/all/disable_ipv6", "0");
            setSysctl(first, "ipv4/ip_forward", "1");
            try (SwitchNamespace second = SwitchNamespace.adopt(mount)) {
                assertSilent(second);
                second.remove();
            }
        }
    }

    @Test
    void theDaemonsOwnNamespaceIsNotAdopted() throws Exception {
        String before = Files.readString(Path.of("/proc/sys/net/ipv6/conf/all/disable_ipv6"));
        int own = Libc.open("/proc/self/ns/net", Linux.O_RDONLY | Linux.O_CLOEXEC);
        try {
            DeviceException e = assertThrows(DeviceException.class, () -> SwitchNamespace.adopt(own));
            assertTrue(e.getMessage().contains("the daemon's own namespace"), e.getMessage());
            assertEquals(before, Files.readString(Path.of("/proc/sys/net/ipv6/conf/all/disable_ipv6")));
        } finally {
            assertEquals(0, Libc.close(own), "the caller still owns the descriptor");
        }
    }

    @Test
    void aFileThatIsNotANetworkNamespaceIsNotAdopted() throws Exception {
        for (String file : List.of("/proc/self/ns/mnt", "/dev/null")) {
            int fd = Libc.open(file, Linux.O_RDONLY | Linux.O_CLOEXEC);
            DeviceException e = assertThrows(DeviceException.class, () -> SwitchNamespace.adopt(fd), file);
            assertEquals(Kind.NO_NAMESPACE, e.kind());
            assertEquals(0, Libc.close(fd));
        }
    }

    @Test
    void aPathWithoutANamespaceIsNotAdoptedAndAFileThatACrashLeftIsUsed() throws Exception {
        assertEquals(
                Kind.NO_NAMESPACE,
                assertThrows(DeviceException.class, () -> SwitchNamespace.adopt(mount))
                        .kind());
        Files.createFile(mount);
        assertEquals(
                Kind.NO_NAMESPACE,
                assertThrows(DeviceException.class, () -> SwitchNamespace.adopt(mount))
                        .kind());
        try (SwitchNamespace namespace = SwitchNamespace.create(mount)) {
            DeviceException e = assertThrows(DeviceException.class, () -> SwitchNamespace.create(mount));
            assertEquals(Kind.NAME_TAKEN, e.kind());
            namespace.remove();
        }
    }

    @Test
    void nothingIsMountedOverAFileOfOthersOrThroughASymbolicLink() throws Exception {
        Files.writeString(mount, "kept");
        assertThrows(DeviceException.class, () -> SwitchNamespace.create(mount));
        assertThrows(DeviceException.class, () -> SwitchNamespace.adopt(mount));
        assertEquals("kept", Files.readString(mount));
        Files.delete(mount);
        Path target = Files.createTempFile("tapswitch-netns-", "");
        try {
            Files.createSymbolicLink(mount, target);
            assertThrows(DeviceException.class, () -> SwitchNamespace.create(mount));
            assertTrue(Files.isSymbolicLink(mount));
        } finally {
            Files.delete(target);
        }
    }

    @Test
    void aFailedCreationLeavesNoDescriptorAndNoFile() throws Exception {
        Path missing = directory.resolve("none").resolve("switch");
        assertThrows(DeviceException.class, () -> SwitchNamespace.create(missing));
        long before = openFiles();
        for (int i = 0; i < 5; i++) {
            assertThrows(DeviceException.class, () -> SwitchNamespace.create(missing));
            SwitchNamespace.create(mount).remove();
        }
        assertEquals(before, openFiles());
    }

    @Test
    void removingLeavesTheMountOfAnotherNamespace() throws Exception {
        SwitchNamespace first = SwitchNamespace.create(mount);
        assertEquals(0, Libc.unmount(mount.toString(), Linux.MNT_DETACH | Linux.UMOUNT_NOFOLLOW));
        try (SwitchNamespace second = SwitchNamespace.create(mount)) {
            first.remove();
            assertEquals(Optional.of(second.key()), NamespaceKey.of(new Namespace.AtPath(mount.toString())));
            second.remove();
            second.remove();
        }
        assertFalse(Files.exists(mount));
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
