package dev.tapswitch.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Replaces curl in the demo if curl is not installed. */
@Command(name = "fetch", hidden = true, description = "Fetch a page by HTTP.")
final class FetchCommand implements Runnable {
    private static final int TIMEOUT_MS = 5_000;

    @Parameters(paramLabel = "URL", description = "The address of the page.")
    private String url;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        try {
            var connection = URI.create(url).toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MS);
            connection.setReadTimeout(TIMEOUT_MS);
            try (var body = connection.getInputStream()) {
                spec.commandLine().getOut().print(new String(body.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new CommandException("cannot fetch " + url + ": " + e.getMessage());
        }
    }
}
