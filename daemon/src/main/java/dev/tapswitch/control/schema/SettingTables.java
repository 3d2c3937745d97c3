package dev.tapswitch.control.schema;

import dev.tapswitch.control.schema.Setting.Surface;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of settings in the documentation, in Markdown. */
public final class SettingTables {
    private SettingTables() {}

    /** The settings of the configuration file. */
    public static String ofConfig() {
        return "| key | default | description |\n|---|---|---|\n"
                + rows("", DaemonSchema.ALL)
                + "| **`docker`** | | |\n"
                + rows("", DockerSchema.ALL)
                + "| **`switches.NAME`** | | |\n"
                + rows("", SwitchSchema.ALL)
                + "| `static-macs` | none | A list of `{mac, port, vlan}`: entries that neither age nor move; one without a VLAN binds its MAC in all VLANs. |\n"
                + "| `neighbours` | none | A list of `{address, mac}`: addresses bound to a MAC; claims by other stations are dropped. |\n"
                + "| **`switches.NAME.ports.NAME`** | | |\n"
                + rows("", PortSchema.ALL);
    }

    /** The options of {@code docker network create -o tapswitch.KEY=VALUE}. */
    public static String ofDockerOptions() {
        List<Setting<?>> options = Stream.of(SwitchSchema.ALL, PortSchema.ALL)
                .flatMap(List::stream)
                .filter(setting -> setting.isOn(Surface.DOCKER))
                .toList();
        return "| option | default | description |\n|---|---|---|\n"
                + options.stream()
                        .map(setting -> row("tapswitch.", setting, dockerDefaultOf(setting)))
                        .collect(Collectors.joining());
    }

    private static String rows(String prefix, List<Setting<?>> schema) {
        return schema.stream()
                .map(setting -> row(prefix, setting, defaultOf(setting)))
                .collect(Collectors.joining());
    }

    private static String row(String prefix, Setting<?> setting, String defaultValue) {
        String help = setting.help().replace("|", "\\|");
        return "| `" + prefix + setting.key() + "` | " + defaultValue + " | " + help + " |\n";
    }

    private static <T> String dockerDefaultOf(Setting<T> setting) {
        boolean isOther = !setting.dockerDefault().equals(setting.defaultValue());
        return isOther ? "`" + setting.type().json(setting.dockerDefault()) + "`" : defaultOf(setting);
    }

    private static String defaultOf(Setting<?> setting) {
        return setting.hasPlainDefault() ? "`" + setting.defaultText() + "`" : setting.defaultText();
    }
}
