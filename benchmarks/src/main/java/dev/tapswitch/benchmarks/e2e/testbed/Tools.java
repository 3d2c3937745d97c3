package dev.tapswitch.benchmarks.e2e.testbed;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The bench's C programs, compiled at start. They are in C because a generator and a floor must be faster than the systems they measure. */
public final class Tools {
    private static final String SOURCES = "/dev/tapswitch/benchmarks/e2e/c/";

    private final Path directory;

    /** Compiles the programs with gcc into the directory. */
    public Tools(Path directory) {
        this.directory = directory;
        copy("common.h");
        for (String program : List.of("frames", "floor", "requests", "connections", "first", "arp", "superframes")) {
            copy(program + ".c");
            Command.expect(
                    "gcc",
                    "-O2",
                    "-o",
                    path(program),
                    directory.resolve(program + ".c").toString(),
                    "-lpthread");
        }
    }

    public String path(String program) {
        return directory.resolve(program).toString();
    }

    /** Runs a program with key=value arguments until it exits, and parses its output as JSON. */
    public Json run(String program, Duration limit, List<String> arguments) {
        List<String> words = new ArrayList<>(List.of(path(program)));
        words.addAll(arguments);
        return parse(Command.expect(limit, "", words));
    }

    /** Parses the output of a third-party program. */
    public static Json parse(String json) {
        try {
            return Json.parseForeign(json);
        } catch (JsonException e) {
            String begin = json.strip().lines().findFirst().orElse("nothing");
            throw new BenchException("not JSON (" + e.getMessage() + "): " + begin, e);
        }
    }

    private void copy(String name) {
        try (InputStream source = Tools.class.getResourceAsStream(SOURCES + name)) {
            if (source == null) throw new BenchException("the jar has no " + SOURCES + name);
            Files.copy(source, directory.resolve(name));
        } catch (IOException e) {
            throw new BenchException("cannot write " + name + ": " + e.getMessage(), e);
        }
    }
}
