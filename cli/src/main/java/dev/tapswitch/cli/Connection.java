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

/** Mixed into every command that asks the daemon: how to reach it, which switch is meant, and how to print what it says. */
final class Connection {
    @Option(names = "--json", description = "Print the daemon's JSON as it is, for programs.")
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

    /** The name of the switch that was meant: as given, or the only one there is. */
    String switchName(String given) {
        if (given != null) return given;
        var switches = api().get("/v1/switches");
        if (switches.size() == 1) return switches.path(0).path("name").asString();
        if (switches.isEmpty())
            throw new CommandException("there is no switch yet: make one with 'tapswitch switch add NAME'");
        var names = switches.valueStream().map(s -> s.path("name").asString()).toList();
        throw new ParameterException(
                spec.commandLine(), "which switch? There are " + String.join(", ", names) + ": name one");
    }

    /** The path of a switch in the API. */
    String path(String givenSwitch) {
        return "/v1/switches/" + ApiClient.segment(switchName(givenSwitch));
    }

    /** Prints the answer as JSON when asked for, else what {@code forPeople} makes of it. */
    void print(Json answer, Function<Json, Object> forPeople) {
        if (json) out().println(answer.toPrettyString());
        else out().print(Printable.text(forPeople.apply(answer).toString()));
        out().flush();
    }

    /** Prints an answer that is an array as it comes: as JSON when asked for, else a row for each element, or what to say when there are none. */
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

    /** Prints an answer of any length as JSON. */
    void copy(String path) {
        api().copy(path, out());
        out().println();
        out().flush();
    }

    private Tapswitch tapswitch() {
        return (Tapswitch) spec.root().userObject();
    }
}
