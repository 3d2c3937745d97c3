package dev.tapswitch.linux.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamespaceTest {
    @Test
    void hostOrNothingIsTheDaemonsOwn() {
        assertEquals(new Namespace.Current(), Namespace.parse("host"));
        assertEquals(new Namespace.Current(), Namespace.parse(""));
    }

    @Test
    void aNameIsThatOfIpNetns() {
        assertEquals(new Namespace.Named("lab-a"), Namespace.parse("lab-a"));
        assertEquals("/run/netns/lab-a", Namespace.parse("lab-a").file());
    }

    @Test
    void whatBeginsWithASlashIsAPath() {
        assertEquals(new Namespace.AtPath("/run/docker/netns/80d6"), Namespace.parse("/run/docker/netns/80d6"));
    }

    @Test
    void aProcessIsNamedByItsNumber() {
        assertEquals(new Namespace.OfPid(123), Namespace.parse("pid:123"));
        assertEquals("/proc/123/ns/net", Namespace.parse("pid:123").file());
    }

    @ParameterizedTest
    @ValueSource(strings = {"host", "lab-a", "/run/docker/netns/80d6", "pid:123"})
    void whatIsWrittenIsReadBack(String text) {
        assertEquals(text, Namespace.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pid:", "pid:0", "pid:-1", "pid:x", "..", ".", "a/b", "two words", "line\nbreak"})
    void anythingElseIsRefusedWithWhatWasExpected(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Namespace.parse(text));
        assertTrue(e.getMessage().contains("expected host, a name"), e.getMessage());
    }
}
