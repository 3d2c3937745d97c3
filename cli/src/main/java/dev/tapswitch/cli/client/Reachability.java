package dev.tapswitch.cli.client;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Explains why the client cannot connect to a daemon, and what to do. */
final class Reachability {
    private static final Path LABS = Path.of("/run/tapswitch/labs");

    private Reachability() {}

    static String explain(Path socket, IOException cause) {
        if (isDenied(socket))
            return "cannot connect to " + socket
                    + " (permission denied): run this as root, or join the group tapswitch";
        var problem = "no daemon is listening on " + socket + " (" + reason(socket, cause) + "): ";
        var labs = runningLabs();
        if (!labs.isEmpty())
            return problem + "use --lab " + labs.getFirst() + " for the lab that is running, or start a daemon with"
                    + " 'tapswitch daemon --config FILE'";
        return problem + "start it with 'tapswitch daemon --config FILE' or 'systemctl start tapswitch',"
                + " or name its socket with --socket PATH";
    }

    /** Whether the user has no permission to write to the socket, or to search a directory in its path. */
    private static boolean isDenied(Path socket) {
        if (Files.exists(socket)) return !Files.isWritable(socket);
        Path directory = socket.toAbsolutePath().getParent();
        while (directory != null && !Files.exists(directory)) directory = directory.getParent();
        return directory != null && !Files.isExecutable(directory);
    }

    private static String reason(Path socket, IOException cause) {
        if (!Files.exists(socket)) return "no such file";
        return cause instanceof ConnectException ? "connection refused" : String.valueOf(cause.getMessage());
    }

    private static List<String> runningLabs() {
        try (var labs = Files.list(LABS)) {
            return labs.filter(lab -> ApiClient.isListening(lab.resolve("tapswitch.sock")))
                    .map(lab -> lab.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
