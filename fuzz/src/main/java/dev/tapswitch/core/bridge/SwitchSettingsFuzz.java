package dev.tapswitch.core.bridge;

/** Settings with small tables, which few frames can fill. */
final class SwitchSettingsFuzz {
    private SwitchSettingsFuzz() {}

    static SwitchSettings of(ArpMode mode, int arpRate) {
        return new SwitchSettings(300_000, mode, 64, 64, arpRate & 3, (arpRate & 4) == 0, arpRate >>> 3);
    }
}
