package dev.tapswitch.control.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SettingValuesTest {
    private static final List<List<Setting<?>>> SCHEMAS =
            List.of(DaemonSchema.ALL, DockerSchema.ALL, SwitchSchema.ALL, PortSchema.ALL);

    private static Stream<Setting<?>> all() {
        return SCHEMAS.stream().flatMap(List::stream);
    }

    @Test
    void anExplicitDefaultEqualsNoValue() {
        SettingValues explicit = SettingValues.DEFAULTS.with(PortSchema.MTU, 1_500);
        assertEquals(SettingValues.DEFAULTS, explicit);
        assertEquals(SettingValues.DEFAULTS.hashCode(), explicit.hashCode());
        assertNotEquals(SettingValues.DEFAULTS, explicit.with(PortSchema.MTU, 9_000));
        assertEquals(explicit, explicit.with(PortSchema.MTU, 9_000).with(PortSchema.MTU, 1_500));
    }

    @Test
    void aDifferenceNamesEachChangedSettingWithBothValues() {
        SettingValues changed =
                SettingValues.DEFAULTS.with(PortSchema.MTU, 9_000).with(PortSchema.ADDRESSES, List.of("198.18.0.1/24"));
        assertEquals(
                "mtu 1500 -> 9000, addresses none -> 198.18.0.1/24",
                SettingValues.DEFAULTS.difference(changed, PortSchema.ALL));
        assertEquals("", changed.difference(changed, PortSchema.ALL));
    }

    /** A setting that is missing from ALL is never read. */
    @Test
    void everyDeclarationIsListed() throws ReflectiveOperationException {
        for (Class<?> schema : List.of(DaemonSchema.class, DockerSchema.class, SwitchSchema.class, PortSchema.class)) {
            List<Object> declared = new ArrayList<>();
            for (var field : schema.getFields()) if (field.getType() == Setting.class) declared.add(field.get(null));
            assertEquals(schema.getField("ALL").get(null), declared, schema.getSimpleName());
        }
    }

    @Test
    void keysAreUniqueAndInKebabCase() {
        for (List<Setting<?>> schema : SCHEMAS) {
            var keys = new HashSet<String>();
            for (Setting<?> setting : schema) {
                assertTrue(keys.add(setting.key()), setting.key());
                assertTrue(setting.key().matches("[a-z]+(-[a-z]+)*"), setting.key());
            }
        }
    }

    @Test
    void everyHelpIsASentence() {
        all().forEach(setting -> assertTrue(setting.help().matches("[A-Z0-9].*\\."), setting.key()));
    }

    /** Otherwise a state file could not be read after a restart. */
    @Test
    void everyDefaultIsReadAsItIsShown() {
        all().forEach(SettingValuesTest::checkDefaultIsReadAgain);
    }

    private static <T> void checkDefaultIsReadAgain(Setting<T> setting) {
        Object shown = setting.type().json(setting.defaultValue());
        if (shown == null || shown instanceof List || shown.toString().isEmpty()) return;
        assertEquals(setting.defaultValue(), setting.type().parse(shown.toString()), setting.key());
    }

    @Test
    void settingsThatIdentifyAPortCannotChangeWhileItRuns() {
        assertFalse(PortSchema.NAMESPACE.isOn(Setting.Surface.SET_COMMAND));
        assertFalse(PortSchema.DEVICE.isOn(Setting.Surface.SET_COMMAND));
        assertTrue(PortSchema.MTU.isOn(Setting.Surface.SET_COMMAND));
    }
}
