package dev.tapswitch.daemon.json;

import java.math.BigInteger;

/** Reads a text by RFC 8259 and nothing looser; nesting and the length of numbers are bounded, for texts come from anywhere. */
final class JsonParser {
    private static final int DEEPEST = 200;
    private static final int LONGEST_NUMBER = 200;

    private final String text;
    private int at;

    JsonParser(String text) {
        this.text = text;
    }

    JsonNode parse() {
        JsonNode node = value(0);
        skipSpace();
        if (at < text.length()) throw wrong("nothing after the value");
        return node;
    }

    private JsonNode value(int depth) {
        if (depth > DEEPEST) throw new JsonException("nested deeper than " + DEEPEST);
        skipSpace();
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> ScalarNode.scalar(string());
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> ScalarNode.scalar(number());
            default -> throw wrong("a value");
        };
    }

    private ObjectNode object(int depth) {
        ObjectNode object = new ObjectNode();
        at++;
        skipSpace();
        if (skip('}')) return object;
        do {
            skipSpace();
            if (peek() != '"') throw wrong("a name in quotes");
            String name = string();
            skipSpace();
            expect(':');
            object.set(name, value(depth + 1));
            skipSpace();
        } while (skip(','));
        expect('}');
        return object;
    }

    private ArrayNode array(int depth) {
        ArrayNode array = new ArrayNode();
        at++;
        skipSpace();
        if (skip(']')) return array;
        do {
            array.add(value(depth + 1));
            skipSpace();
        } while (skip(','));
        expect(']');
        return array;
    }

    private ScalarNode word(String word, Boolean means) {
        if (!text.startsWith(word, at)) throw wrong("a value");
        at += word.length();
        return ScalarNode.scalar(means);
    }

    private String string() {
        at++;
        int start = at;
        while (peek() != '"' && peek() != '\\' && peek() >= ' ') at++;
        if (skip('"')) return text.substring(start, at - 1);
        StringBuilder content = new StringBuilder().append(text, start, at);
        while (!skip('"')) {
            if (peek() < ' ') throw wrong("a closing quotation mark, or controls escaped,");
            content.append(skip('\\') ? escaped() : text.charAt(at++));
        }
        return content.toString();
    }

    private char escaped() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> codeUnit();
            default -> {
                at--;
                throw wrong("one of \"\\/bfnrtu after \\");
            }
        };
    }

    private char codeUnit() {
        int unit = 0;
        for (int i = 0; i < 4; i++, at++) {
            char c = peek();
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) throw wrong("four hexadecimal digits after \\u");
            unit = unit << 4 | digit;
        }
        return (char) unit;
    }

    private Number number() {
        int start = at;
        skip('-');
        if (!skip('0')) digits();
        boolean isWhole = true;
        if (skip('.')) {
            isWhole = false;
            digits();
        }
        if (skip('e') || skip('E')) {
            isWhole = false;
            if (!skip('+')) skip('-');
            digits();
        }
        String number = text.substring(start, at);
        if (number.length() > LONGEST_NUMBER) throw new JsonException("a number of " + number.length() + " digits");
        if (!isWhole) return finite(number);
        return number.length() <= 18 ? (Number) Long.valueOf(number) : whole(new BigInteger(number));
    }

    private static Number whole(BigInteger number) {
        return number.bitLength() < Long.SIZE ? (Number) number.longValue() : number;
    }

    private static Double finite(String number) {
        double value = Double.parseDouble(number);
        if (Double.isFinite(value)) return value;
        throw new JsonException(number + " is too large");
    }

    private void digits() {
        int start = at;
        while (peek() >= '0' && peek() <= '9') at++;
        if (at == start) throw wrong("a digit");
    }

    private void skipSpace() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') at++;
    }

    private boolean skip(char c) {
        if (at == text.length() || text.charAt(at) != c) return false;
        at++;
        return true;
    }

    private void expect(char c) {
        if (!skip(c)) throw wrong("'" + c + "'");
    }

    /** The next character; a control, which JSON has nowhere, at the end. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private JsonException wrong(String expected) {
        String before = text.substring(0, at);
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int column = at - before.lastIndexOf('\n');
        String found = at == text.length() ? "the end" : "'" + printable(text.charAt(at)) + "'";
        return new JsonException(
                "expected " + expected + " at line " + line + ", column " + column + ", found " + found);
    }

    private static String printable(char c) {
        return c < ' ' || c == 0x7f ? String.format("\\u%04x", (int) c) : String.valueOf(c);
    }
}
