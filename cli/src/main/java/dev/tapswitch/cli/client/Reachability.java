package dev.tapswitch.cli.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Why no daemon answers at a socket, and what to do about it. */
final class Reachability {
    private static final Path LABS = Path.of("/run/tapswitch/labs");

    private Reachability() {}

    static String explain(Path socket, IOException cause) {
        var problem = "no daemon answers at " + socket + " (" + reason(socket, cause) + "): ";
        if (denied(socket, cause)) return problem + "run this as root, or join the group tapswitch";
        var labs = running();
        if (!labs.isEmpty())
            return problem + "a lab is running, say --lab " + labs.getFirst() + "; or start a daemon with"
                    + " 'tapswitch daemon --config FILE'";
        return problem + "start it with 'tapswitch daemon --config FILE' or 'systemctl start tapswitch',"
                + " or say where it is with --socket PATH";
    }

    private static boolean denied(Path socket, IOException cause) {
        return String.valueOf(cause.getMessage()).contains("ermission denied")
                || Files.exists(socket) && !Files.isWritable(socket);
    }

    private static String reason(Path socket, IOException cause) {
        if (denied(socket, cause)) return "permission denied";
        if (!Files.exists(socket)) return "no such file";
        return String.valueOf(cause.getMessage()).toLowerCase(java.util.Locale.ROOT);
    }

    private static List<String> running() {
        try (var labs = Files.list(LABS)) {
            return labs.filter(lab -> ApiClient.answers(lab.resolve("tapswitch.sock")))
                    .map(lab -> lab.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
