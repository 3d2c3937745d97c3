package dev.tapswitch.linux.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamespaceTest {
    @Test
    void hostOrAnEmptyTextIsTheNamespaceOfTheDaemon() {
        assertEquals(new Namespace.Current(), Namespace.parse("host"));
        assertEquals(new Namespace.Current(), Namespace.parse(""));
    }

    @Test
    void aNameRefersToANamespaceOfIpNetns() {
        assertEquals(new Namespace.Named("lab-a"), Namespace.parse("lab-a"));
        assertEquals("/run/netns/lab-a", Namespace.parse("lab-a").file());
    }

    @Test
    void aTextThatBeginsWithASlashIsAPath() {
        assertEquals(new Namespace.AtPath("/run/docker/netns/80d6"), Namespace.parse("/run/docker/netns/80d6"));
    }

    @Test
    void aProcessIsGivenByItsNumber() {
        assertEquals(new Namespace.OfPid(123), Namespace.parse("pid:123"));
        assertEquals("/proc/123/ns/net", Namespace.parse("pid:123").file());
    }

    @ParameterizedTest
    @ValueSource(strings = {"host", "lab-a", "/run/docker/netns/80d6", "pid:123"})
    void aPrintedNamespaceIsReadBack(String text) {
        assertEquals(text, Namespace.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pid:", "pid:0", "pid:-1", "pid:x", "..", ".", "a/b", "two words", "line\nbreak"})
    void anythingElseIsRefusedAndTheMessageSaysWhatWasExpected(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Namespace.parse(text));
        assertTrue(e.getMessage().contains("expected host, a name"), e.getMessage());
    }
}
