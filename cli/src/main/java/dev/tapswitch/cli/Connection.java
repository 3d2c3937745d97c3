package dev.tapswitch.cli;

import dev.tapswitch.cli.client.ApiClient;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.log.Printable;
import java.io.PrintWriter;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A picocli mixin for all commands that send requests to the daemon: the API client, the choice of the switch, and the output. */
final class Connection {
    @Option(names = "--json", description = "Print the daemon's response as JSON.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    private ApiClient api;

    ApiClient api() {
        if (api == null) api = new ApiClient(tapswitch().socket());
        return api;
    }

    boolean json() {
        return json;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** The name of the switch: {@code given}, or if that is null the only switch of the daemon. */
    String switchName(String given) {
        if (given != null) return given;
        var switches = api().get("/v1/switches");
        if (switches.size() == 1) return switches.path(0).path("name").asString();
        if (switches.isEmpty())
            throw new CommandException("the daemon has no switch: add one with 'tapswitch switch add NAME'");
        var names = switches.valueStream().map(s -> s.path("name").asString()).toList();
        throw new ParameterException(
                spec.commandLine(), "the daemon has several switches: name one of " + String.join(", ", names));
    }

    /** The path of a switch in the API. */
    String path(String givenSwitch) {
        return "/v1/switches/" + ApiClient.segment(switchName(givenSwitch));
    }

    /** Prints a response: with {@code --json} as indented JSON, otherwise as {@code formatter} formats it. */
    void print(Json answer, Function<Json, Object> formatter) {
        if (json) out().println(answer.toPrettyString());
        else out().print(Printable.text(formatter.apply(answer).toString()));
        out().flush();
    }

    /**
     * Requests an array and prints it while it arrives: with {@code --json} as indented JSON, otherwise as a table.
     *
     * @param row adds the row of an element to {@code table}
     * @param none the text for an empty array
     */
    void list(String path, Table table, Consumer<Json> row, String none) {
        if (json) {
            copy(path);
            return;
        }
        api().elements(path, element -> {
            row.accept(element);
            table.printIfLong(out());
        });
        out().print(table.orElse(none));
        out().flush();
    }

    /** Requests a document of any length and prints it as JSON while it arrives. */
    void copy(String path) {
        api().copy(path, out());
        out().println();
        out().flush();
    }

    private Tapswitch tapswitch() {
        return (Tapswitch) spec.root().userObject();
    }
}
