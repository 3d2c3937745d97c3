package dev.tapswitch.control.schema;

import dev.tapswitch.core.bridge.ArpMode;
import dev.tapswitch.core.bridge.SwitchSettings;
import java.util.List;
import java.util.Map;

/** The settings of a switch. */
public final class SwitchSchema {
    private static final long MAX_AGEING_MS = 1_000_000_000L;

    public static final Setting<Long> AGEING = Setting.of(
                    "ageing",
                    new SettingType.Text<>("TIME", SwitchSchema::ageingMs, Durations::format, true),
                    SwitchSettings.DEFAULT.ageingMs(),
                    "The time after which an unused dynamic MAC or neighbour entry is removed: 300s, 5m, 1h; a plain number is seconds.")
            .build();

    public static final Setting<ArpMode> ARP = Setting.of(
                    "arp",
                    new SettingType.Choice<>(
                            Map.of("direct", ArpMode.DIRECT, "reply", ArpMode.REPLY, "flood", ArpMode.FLOOD), "MODE"),
                    SwitchSettings.DEFAULT.arpMode(),
                    "What happens to an ARP request or neighbour solicitation for a known neighbour: direct (to its port only), reply (the switch answers) or flood.")
            .inDocker()
            .build();

    public static final Setting<Integer> MAC_CAPACITY = Setting.of(
                    "mac-capacity",
                    new SettingType.WholeNumber(64, 1 << 24),
                    SwitchSettings.DEFAULT.macCapacity(),
                    "The largest number of learned MAC entries. If the table is full, the port with the most loses its oldest. Static entries have a separate space of the same size.")
            .fixed()
            .build();

    public static final Setting<Integer> NEIGHBOUR_CAPACITY = Setting.of(
                    "neighbour-capacity",
                    new SettingType.WholeNumber(64, 1 << 22),
                    SwitchSettings.DEFAULT.neighbourCapacity(),
                    "The largest number of learned neighbour entries. If the table is full, the port with the most loses its oldest.")
            .fixed()
            .build();

    public static final Setting<Integer> UNKNOWN_ARP_RATE = Setting.of(
                    "unknown-arp-rate",
                    new SettingType.WholeNumber(0, 1_000_000_000),
                    SwitchSettings.DEFAULT.unknownArpPerSecond(),
                    "ARP requests and neighbour solicitations for unknown targets that each port may flood per second; 0 for no limit.")
            .build();

    public static final Setting<Boolean> NEIGHBOUR_GUARD = Setting.of(
                    "neighbour-guard",
                    new SettingType.Flag(),
                    SwitchSettings.DEFAULT.neighbourGuard(),
                    "Whether a claim (ARP, neighbour discovery) of another station's address is held until that station is probed: if it answers, the claim is dropped; if not, the address moves within a second.")
            .build();

    public static final Setting<Integer> NEIGHBOUR_LIMIT = Setting.of(
                    "neighbour-limit",
                    new SettingType.WholeNumber(0, 1 << 22),
                    SwitchSettings.DEFAULT.neighbourLimit(),
                    "The largest number of neighbour entries learned on one port; 0 for a fair share.")
            .build();

    /** All settings, in the order of the documentation. */
    public static final List<Setting<?>> ALL =
            List.of(AGEING, ARP, MAC_CAPACITY, NEIGHBOUR_CAPACITY, UNKNOWN_ARP_RATE, NEIGHBOUR_GUARD, NEIGHBOUR_LIMIT);

    private SwitchSchema() {}

    /** The settings in the form that the forwarding decision uses. */
    public static SwitchSettings settings(SettingValues values) {
        return new SwitchSettings(
                values.get(AGEING),
                values.get(ARP),
                values.get(MAC_CAPACITY),
                values.get(NEIGHBOUR_CAPACITY),
                values.get(UNKNOWN_ARP_RATE),
                values.get(NEIGHBOUR_GUARD),
                values.get(NEIGHBOUR_LIMIT));
    }

    private static long ageingMs(String text) {
        long ms = Durations.parseMs(text);
        if (ms >= 1_000 && ms <= MAX_AGEING_MS) return ms;
        throw new IllegalArgumentException("\"" + text + "\" is out of range; expected 1s to 1000000s");
    }
}
