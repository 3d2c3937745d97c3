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

/** The kept inputs, those of old findings among them, without Jazzer: a finding that comes back fails the ordinary build. */
@Timeout(120)
class CorpusTest {
    private static final Path CORPORA = Path.of("corpus");

    @ParameterizedTest
    @EnumSource(FuzzTarget.class)
    void everyKeptInputIsHandled(FuzzTarget target) throws ReflectiveOperationException, IOException {
        if (target.isIsolated()) return; // FuzzIT runs these, in namespaces of their own.
        Method method = Class.forName(target.className()).getMethod("fuzzerTestOneInput", byte[].class);
        List<Path> inputs = inputs(target);
        assertTrue(inputs.size() > 0, "seeds in " + CORPORA.resolve(target.word()));
        for (Path input : inputs) {
            try {
                method.invoke(null, (Object) Files.readAllBytes(input));
            } catch (InvocationTargetException e) {
                throw new AssertionError(input.toString(), e.getCause());
            }
        }
    }

    @Test
    void everyCorpusIsThatOfATarget() throws IOException {
        Set<String> targets = new TreeSet<>();
        for (FuzzTarget target : FuzzTarget.values()) targets.add(target.word());
        Set<String> corpora = new TreeSet<>();
        try (Stream<Path> directories = Files.list(CORPORA)) {
            directories.forEach(each -> corpora.add(each.getFileName().toString()));
        }
        assertEquals(targets, corpora);
    }

    private static List<Path> inputs(FuzzTarget target) throws IOException {
        try (Stream<Path> files = Files.list(CORPORA.resolve(target.word()))) {
            return files.sorted().toList();
        }
    }
}
