package dev.tapswitch.daemon.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Our JSON against RFC 8259's words, and against another library's reading of the same texts. */
class JsonNodeTest {
    private static final JsonMapper OTHER = JsonMapper.shared();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                " { \"a\" : [ 1 , -2.5e3 , true , false , null , \"x\" ] , \"b\" : { \"c\" : { } } } ",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00 \u00e9\ud83d\ude00\u007f\u2028\"",
                "[0, -0, 0.0, 9223372036854775807, -9223372036854775808, 9223372036854775808, 1E-7, 0.1, 123456789012345678901234567890]",
                "{\"a\": 1, \"a\": 2}",
            })
    void whatItReadsAndWritesAnotherReadsTheSame(String text) {
        JsonNode node = JsonNode.parse(text);
        assertEquals(OTHER.readTree(text), OTHER.readTree(node.toString()));
        assertEquals(OTHER.readTree(text), OTHER.readTree(node.toPrettyString()));
        assertEquals(node, JsonNode.parse(node.toPrettyString()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{|expected a name in quotes at line 1, column 2, found the end",
                "[1 2]|expected ']' at line 1, column 4, found '2'",
                "{\"a\": 1,}|expected a name in quotes at line 1, column 9, found '}'",
                "{\"a\" 1}|expected ':' at line 1, column 6, found '1'",
                "[1,]|expected a value at line 1, column 4, found ']'",
                "01|expected nothing after the value at line 1, column 2, found '1'",
                "1.|expected a digit at line 1, column 3, found the end",
                "-|expected a digit at line 1, column 2, found the end",
                "1e999|1e999 is too large",
                "tru|expected a value at line 1, column 1, found 't'",
                "NaN|expected a value at line 1, column 1, found 'N'",
                "'a'|expected a value at line 1, column 1, found '''",
                "{a: 1}|expected a name in quotes at line 1, column 2, found 'a'",
                "\"\\x\"|expected one of \"\\/bfnrtu after \\ at line 1, column 3, found 'x'",
                "\"\\u12g4\"|expected four hexadecimal digits after \\u at line 1, column 6, found 'g'",
                "\"abc|expected a closing quotation mark, or controls escaped, at line 1, column 5, found the end",
                "{} x|expected nothing after the value at line 1, column 4, found 'x'",
            })
    void whatIsNotJsonIsRefusedWithItsPlace(String text, String why) {
        assertEquals(
                why,
                assertThrows(JsonException.class, () -> JsonNode.parse(text)).getMessage());
    }

    @Test
    void thePlaceCountsLines() {
        var e = assertThrows(JsonException.class, () -> JsonNode.parse("{\n  \"a\": \u0001}"));
        assertEquals("expected a value at line 2, column 8, found '\\u0001'", e.getMessage());
    }

    @Test
    void nothingIsReadAsNestedOrAsLongAsAnAttackerLikes() {
        assertThrows(JsonException.class, () -> JsonNode.parse("[".repeat(100_000)));
        assertThrows(JsonException.class, () -> JsonNode.parse("9".repeat(100_000)));
        assertEquals(1, JsonNode.parse("[".repeat(100) + "]".repeat(100)).size());
    }

    /** Texts that differ from JSON by a character or two: refused by both or by none, and read the same. */
    @Test
    void aDamagedTextIsReadAsAnotherReadsIt() {
        String whole = "{\"name\": \"a\\u00e9\\n\", \"list\": [1, -20, 3.5e-2, true, null, {}], \"in\": {\"x\": []}}";
        String alphabet = "{}[]\",:\\u0019-+.eEtrufalsn \n\u0000";
        SplittableRandom random = new SplittableRandom(25);
        int read = 0;
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder(whole);
            for (int damage = random.nextInt(1, 3); damage > 0; damage--) {
                int at = random.nextInt(text.length());
                char c = alphabet.charAt(random.nextInt(alphabet.length()));
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, c);
                    case 1 -> text.insert(at, c);
                    default -> text.deleteCharAt(at);
                }
            }
            String damaged = text.toString();
            Object theirs = theirs(damaged);
            Object ours = ours(damaged);
            assertEquals(theirs, ours, damaged);
            if (ours != null) read++;
        }
        assertTrue(read > 500, "most were refused by both, which says little: " + read);
    }

    private static Object theirs(String text) {
        try {
            return OTHER.readTree(text);
        } catch (JacksonException e) {
            return null;
        }
    }

    private static Object ours(String text) {
        try {
            return OTHER.readTree(JsonNode.parse(text).toString());
        } catch (JsonException e) {
            return null;
        }
    }

    @Test
    void halfASurrogatePairIsWrittenEscaped() {
        assertEquals("\"\\ud83d\"", JsonNode.of("\ud83d").toString());
        assertEquals("\"\\ude00x\"", JsonNode.of("\ude00x").toString());
        assertEquals("\"\ud83d\ude00\"", JsonNode.of("\ud83d\ude00").toString());
    }

    @Test
    void javasValuesBecomeJson() {
        assertEquals(
                "{\"a\":[1,2.5,\"x\",true,null]}",
                JsonNode.of(Map.of("a", new ArrayList<>(java.util.Arrays.asList(1, 2.5, "x", true, null))))
                        .toString());
        assertThrows(IllegalArgumentException.class, () -> JsonNode.of(List.of(new Object())));
        assertThrows(JsonException.class, () -> JsonNode.of(Double.NaN));
    }

    @Test
    void whatIsMissingOrNullReadsAsNothing() {
        JsonNode node = JsonNode.parse("{\"null\": null}");
        for (JsonNode nothing :
                List.of(node.path("null"), node.path("no").path("such").path(3))) {
            assertEquals("", nothing.asString());
            assertEquals("x", nothing.asString("x"));
            assertEquals(7, nothing.asInt(7));
            assertEquals(0, nothing.asLong());
            assertEquals(0.0, nothing.asDouble());
            assertTrue(nothing.asBoolean(true) && !nothing.asBoolean());
        }
        assertEquals(
                "\"no\" is missing",
                assertThrows(JsonException.class, () -> node.required("no")).getMessage());
    }

    @Test
    void whatCantBeReadAsWhatIsWantedIsSaid() {
        JsonNode node = JsonNode.parse("{\"text\": \"x\", \"large\": 3000000000, \"digits\": \"12\", \"half\": 1.5}");
        assertEquals(
                "\"x\" is not an integer",
                assertThrows(JsonException.class, () -> node.path("text").asInt())
                        .getMessage());
        assertThrows(JsonException.class, () -> node.path("large").asInt());
        assertEquals(5, node.path("large").asInt(5));
        assertEquals(3_000_000_000L, node.path("large").asLong());
        assertEquals(12, node.path("digits").asInt());
        assertEquals(1, node.path("half").asInt());
        assertThrows(JsonException.class, node::asString);
    }

    @Test
    void peopleSeeOneMemberALine() {
        assertEquals("""
                {
                  "a": [
                    1,
                    {}
                  ],
                  "b": []
                }""", JsonNode.parse("{\"a\":[1,{}],\"b\":[]}").toPrettyString());
    }
}
