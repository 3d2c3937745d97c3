package dev.tapswitch.core.bridge;

/** Small tables, which inputs of few frames can fill. */
final class SwitchSettingsFuzz {
    private SwitchSettingsFuzz() {}

    static SwitchSettings of(ArpMode mode, int arpRate) {
        return new SwitchSettings(300_000, mode, 64, 64, arpRate & 3, (arpRate & 4) == 0, arpRate >>> 3);
    }
}
