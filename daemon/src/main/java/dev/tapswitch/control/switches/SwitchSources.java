package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.Additions;
import dev.tapswitch.control.config.SwitchConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All sources of switches in order of precedence: the config file, integrations, users. First come the switches of all sources, then what they add to
 * switches of each other. Must be called on the control thread.
 */
final class SwitchSources {
    private static final String UNTIL_RELOAD = ": this change lasts until the next reload or restart";

    private final UserSwitches users;
    private FileSwitches file;
    private List<SwitchProvider> integrations = List.of();

    SwitchSources(FileSwitches file, UserSwitches users) {
        this.file = file;
        this.users = users;
    }

    FileSwitches file() {
        return file;
    }

    void file(FileSwitches read) {
        file = read;
    }

    void integrations(List<SwitchProvider> providers) {
        integrations = List.copyOf(providers);
    }

    /** The switches of all sources. */
    Map<String, SwitchConfig> composed() {
        return composed(file);
    }

    /** The switches of all sources, with {@code file} as the config file. */
    Map<String, SwitchConfig> composed(FileSwitches file) {
        return users.over(declarations(file));
    }

    /** The switches of all sources without the ports and bindings of users. */
    Map<String, SwitchConfig> declarations() {
        return declarations(file);
    }

    private Map<String, SwitchConfig> declarations(FileSwitches file) {
        Map<String, SwitchConfig> switches = file.over(Map.of());
        for (SwitchProvider source : integrations) switches = source.over(switches);
        switches = users.changes().withSwitches(switches);
        for (SwitchProvider source : integrations) switches = Additions.to(switches, source.additions());
        return switches;
    }

    /** Whether the config file or an integration declares the port. */
    boolean isDeclared(String switchName, String port) {
        if (integrations.stream().anyMatch(source -> source.adds(switchName, port))) return true;
        if (file.has(switchName)) return file.has(switchName, port);
        return integrations.stream().anyMatch(source -> source.has(switchName, port));
    }

    /** Whether the switch exists without users: the config file or an integration declares it, or an integration adds ports to it and users have not added it. */
    boolean isDeclared(String switchName) {
        return file.has(switchName)
                || integrations.stream().anyMatch(source -> source.has(switchName))
                || !users.has(switchName)
                        && integrations.stream()
                                .anyMatch(source -> source.additions().containsKey(switchName));
    }

    /** Whether a source other than {@code one} has the switch or adds to it. */
    boolean isOfOthers(SwitchProvider one, String switchName) {
        return all().stream()
                .anyMatch(source -> !source.equals(one)
                        && (source.has(switchName) || source.additions().containsKey(switchName)));
    }

    /** Whether a source other than {@code one} has the port. */
    boolean isOfOthers(SwitchProvider one, String switchName, String port) {
        return all().stream().anyMatch(source -> !source.equals(one) && source.has(switchName, port));
    }

    /** Why a user cannot remove a switch by command; empty if it can be removed. */
    Optional<String> whyKept(String switchName) {
        return all().stream()
                .flatMap(source -> source.whyKept(switchName).stream())
                .findFirst();
    }

    /** Why a user cannot remove a port by command; empty if it can be removed. */
    Optional<String> whyKept(String switchName, String port) {
        return all().stream()
                .flatMap(source -> source.whyKept(switchName, port).stream())
                .findFirst();
    }

    /** Why a user's change of a port is only temporary, as the predicate of a sentence: "is declared in ...". Empty if the change is saved. */
    Optional<String> whyTemporary(String switchName, String port) {
        if (!isDeclared(switchName, port)) return Optional.empty();
        if (file.has(switchName, port)) return Optional.of(whyTemporary());
        return integrations.stream()
                .filter(source -> source.has(switchName, port))
                .map(source -> "belongs to " + source.description() + UNTIL_RELOAD)
                .findFirst();
    }

    /** Like {@link #whyTemporary(String, String)}, for a switch that a user may remove. */
    Optional<String> whyTemporary(String switchName) {
        return file.has(switchName) ? Optional.of(whyTemporary()) : Optional.empty();
    }

    private String whyTemporary() {
        return "is " + file.description() + UNTIL_RELOAD + "; change the file as well to keep it";
    }

    /** Why {@code read} cannot replace the config file: it has a new switch with the name of an integration's switch. Empty if it can. */
    Optional<String> conflict(FileSwitches read) {
        return read.switches().keySet().stream()
                .filter(name -> !file.has(name))
                .flatMap(this::conflict)
                .findFirst();
    }

    private Stream<String> conflict(String name) {
        return integrations.stream()
                .filter(source -> source.has(name))
                .map(source ->
                        "switch " + name + " is " + source.description() + "; choose another name in " + file.file());
    }

    private List<SwitchProvider> all() {
        List<SwitchProvider> all = new ArrayList<>();
        all.add(file);
        all.addAll(integrations);
        all.add(users);
        return all;
    }
}
