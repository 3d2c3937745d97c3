package dev.tapswitch.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs the targets over their corpora without Jazzer. The corpora include the inputs of former findings, so that a regression fails the
 * ordinary build.
 */
@Timeout(120)
class CorpusTest {
    private static final Path CORPORA = Path.of("corpus");

    @ParameterizedTest
    @EnumSource(FuzzTarget.class)
    void everyInputOfTheCorpusIsHandled(FuzzTarget target) throws ReflectiveOperationException, IOException {
        if (target.isIsolated()) return; // FuzzIT runs these targets in separate namespaces.
        Method method = Class.forName(target.className()).getMethod("fuzzerTestOneInput", byte[].class);
        List<Path> inputs = inputs(target);
        assertTrue(inputs.size() > 0, "no inputs in " + CORPORA.resolve(target.key()));
        for (Path input : inputs) {
            try {
                method.invoke(null, (Object) Files.readAllBytes(input));
            } catch (InvocationTargetException e) {
                throw new AssertionError(input.toString(), e.getCause());
            }
        }
    }

    @Test
    void everyCorpusBelongsToATarget() throws IOException {
        Set<String> targets = new TreeSet<>();
        for (FuzzTarget target : FuzzTarget.values()) targets.add(target.key());
        Set<String> corpora = new TreeSet<>();
        try (Stream<Path> directories = Files.list(CORPORA)) {
            directories.forEach(each -> corpora.add(each.getFileName().toString()));
        }
        assertEquals(targets, corpora);
    }

    private static List<Path> inputs(FuzzTarget target) throws IOException {
        try (Stream<Path> files = Files.list(CORPORA.resolve(target.key()))) {
            return files.sorted().toList();
        }
    }
}
