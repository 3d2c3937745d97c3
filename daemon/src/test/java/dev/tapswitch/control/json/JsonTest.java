package dev.tapswitch.control.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":[1,-2,true,false,null,\"x\"],\"b\":{\"c\":{}}}",
                "\"\\\"\\\\\\b\\f\\n\\r\\t\u00e9\ud83d\ude00\"",
                "[0,9223372036854775807,-9223372036854775808,9223372036854775808,0.1,123456789012345678901234567890]",
                "null",
            })
    void aValueIsWrittenAsItWasRead(String text) {
        assertEquals(text, Json.parse(text).toString());
        assertEquals(Json.parse(text), Json.parse(Json.parse(text).toPrettyString()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{|It ends too early at line 1 column 2 path $.",
                "[1 2]|Unterminated array at line 1 column 5 path $[1]",
                "{\"a\": 1,}|Expected name at line 1 column 10 path $.a",
                "{\"a\" 1}|Expected ':' at line 1 column 7 path $.a",
                "[1,]|Malformed at line 1 column 5 path $[1]",
                "01|Malformed at line 1 column 1 path $",
                "NaN|Malformed at line 1 column 1 path $",
                "TRUE|Malformed at line 1 column 1 path $",
                "'a'|Malformed at line 1 column 2 path $",
                "{a: 1}|Malformed at line 1 column 3 path $.",
                "[1] // x|Malformed at line 1 column 6 path $",
                "{} x|Malformed at line 1 column 5 path $",
                "{\"a\": 1, \"a\": 2}|\"a\" is given twice at $.a",
                "[1e999]|1e999 is too large at $[1]",
                "1e99999999999|1e99999999999 is too large at $",
            })
    void textThatIsNotJsonIsRefusedOnOneLineWithThePosition(String text, String why) {
        assertEquals(
                why, assertThrows(JsonException.class, () -> Json.parse(text)).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\"abc", "\"\\x\"", "\"\u0001\"", "\"\\u12g4\"", "1.", "-", "[1;2]", "{\"a\"=1}"})
    void textThatTheStandardDoesNotAllowIsRefused(String text) {
        JsonException e = assertThrows(JsonException.class, () -> Json.parse(text));
        assertEquals(1, e.getMessage().lines().count(), e::getMessage);
        assertFalse(e.getMessage().contains("JsonReader"), e::getMessage);
    }

    @Test
    void nestingAndTheLengthOfNumbersAreLimited() {
        assertThrows(JsonException.class, () -> Json.parse("[".repeat(100_000)));
        assertThrows(JsonException.class, () -> Json.parse("9".repeat(100_000)));
        assertEquals(1, Json.parse("[".repeat(100) + "]".repeat(100)).size());
    }

    @Test
    void javaValuesAreConvertedToJson() {
        assertEquals(
                "{\"a\":[1,2.5,\"x\",true,null]}",
                Json.of(Map.of("a", Arrays.asList(1, 2.5, "x", true, null))).toString());
        assertThrows(IllegalArgumentException.class, () -> Json.of(List.of(new Object())));
        assertThrows(JsonException.class, () -> Json.of(Double.NaN));
    }

    @Test
    void aMissingOrNullValueIsReadAsTheDefault() {
        Json json = Json.parse("{\"null\": null}");
        for (Json nothing :
                List.of(json.path("null"), json.path("no").path("such").path(3))) {
            assertEquals("", nothing.asString());
            assertEquals("x", nothing.asString("x"));
            assertEquals(7, nothing.asInt(7));
            assertEquals(0, nothing.asLong());
            assertEquals(0.0, nothing.asDouble());
            assertTrue(nothing.asBoolean(true) && !nothing.asBoolean());
        }
        assertEquals(
                "\"no\" is missing",
                assertThrows(JsonException.class, () -> json.required("no")).getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"12\"|\"12\"",
                "1.5|1.5",
                "1.0|1.0",
                "1e3|1E+3",
                "3000000000|3000000000",
                "true|true",
                "{}|{}",
                "[1]|[1]",
            })
    void anIntegerHasNeitherQuotesNorFractionNorExponent(String value, String shown) {
        Json json = Json.parse("{\"ports\": [{\"mtu\": " + value + "}]}")
                .path("ports")
                .path(0)
                .path("mtu");
        String expected =
                "ports[0].mtu: " + shown + " is not valid here; expected a whole number from -2147483648 to 2147483647";
        assertEquals(expected, assertThrows(JsonException.class, json::asInt).getMessage());
        assertEquals(
                expected, assertThrows(JsonException.class, () -> json.asInt(5)).getMessage());
    }

    @Test
    void integersAreReadUpToTheirLimits() {
        Json json =
                Json.parse("[2147483647, -2147483648, 9223372036854775807, -9223372036854775808, 9223372036854775808]");
        assertEquals(Integer.MAX_VALUE, json.path(0).asInt());
        assertEquals(Integer.MIN_VALUE, json.path(1).asInt());
        assertEquals(Long.MAX_VALUE, json.path(2).asLong());
        assertEquals(Long.MIN_VALUE, json.path(3).asLong());
        assertThrows(JsonException.class, () -> json.path(4).asLong());
        assertThrows(JsonException.class, () -> json.path(2).asInt());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"true\"", "1", "0", "[]", "\"\""})
    void aBooleanIsTrueOrFalse(String value) {
        Json json = Json.parse("{\"up\": " + value + "}").path("up");
        assertEquals(
                "up: " + value + " is not valid here; expected true or false",
                assertThrows(JsonException.class, () -> json.asBoolean(true)).getMessage());
        assertThrows(JsonException.class, json::asBoolean);
    }

    @Test
    void anErrorNamesThePathOfTheValue() {
        Json json = Json.parse("{\"a\": [{}, {\"b\": {\"c\": 1.5}}]}");
        for (Json each : json.path("a").path(1)) {
            assertTrue(assertThrows(JsonException.class, () -> each.path("c").asLong())
                    .getMessage()
                    .startsWith("a[1].b.c: 1.5 "));
            assertEquals(
                    "a[1].b: \"d\" is missing",
                    assertThrows(JsonException.class, () -> each.required("d")).getMessage());
        }
        assertThrows(JsonException.class, json::asString);
    }

    @Test
    void prettyPrintingWritesOneMemberPerLine() {
        assertEquals("""
                {
                  "a": [
                    1,
                    {}
                  ],
                  "b": []
                }""", Json.parse("{\"a\":[1,{}],\"b\":[]}").toPrettyString());
    }

    /** With four streams, iperf3 3.12 writes the member "sender" twice. */
    @Test
    void inForeignJsonTheLastOfTwoMembersOfOneNameCounts() {
        Json sum = Json.parseForeign("{\"sum\": {\"sender\": true, \"bytes\": 7, \"sender\": false}}")
                .path("sum");
        assertEquals(2, sum.size());
        assertFalse(sum.required("sender").asBoolean());
    }
}
