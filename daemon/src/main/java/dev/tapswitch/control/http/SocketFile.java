package dev.tapswitch.control.http;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file of a unix socket. */
public final class SocketFile {
    private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);
    private static final String GROUP = "tapswitch";

    private SocketFile() {}

    /**
     * Creates the directory, and removes a socket on which no process listens.
     *
     * @throws IOException if a process listens, or if the file is not a socket
     */
    public static void removeStale(Path socket) throws IOException {
        Files.createDirectories(socket.toAbsolutePath().getParent());
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) return;
        // S_IFMT and S_IFSOCK of inode(7).
        boolean isSocket =
                (((int) Files.getAttribute(socket, "unix:mode", LinkOption.NOFOLLOW_LINKS)) & 0170000) == 0140000;
        if (!isSocket)
            throw new IOException(socket + " exists and is not a socket: remove it, or set another \"socket:\"");
        if (isListening(socket)) {
            throw new IOException(
                    "another tapswitch is running on " + socket + ": stop it, or set another \"socket:\"");
        }
        Files.delete(socket);
    }

    /** Restricts access to root and, if it exists, the group tapswitch. */
    static void restrict(Path socket) throws IOException {
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
        try {
            GroupPrincipal group =
                    socket.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(GROUP);
            Files.getFileAttributeView(socket, PosixFileAttributeView.class).setGroup(group);
        } catch (IOException e) {
            LOG.debug("the socket keeps its group: {}", e.toString());
        }
    }

    private static boolean isListening(Path socket) {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }
}
