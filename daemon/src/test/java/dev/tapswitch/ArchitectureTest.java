package dev.tapswitch;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which room may know which, and how large a file may grow: docs/architecture.md, held by tests. */
class ArchitectureTest {
    private static final int LONGEST_FILE = 400;
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.tapswitch");

    @Test
    void theCoreKnowsNoNettyNoLinuxNoInputOrOutputAndNoLog() {
        noClasses()
                .that()
                .resideInAPackage("dev.tapswitch.core..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty..",
                        "java.io..",
                        "java.net..",
                        "java.nio.file..",
                        "java.nio.channels..",
                        "org.slf4j..",
                        "ch.qos..",
                        "dev.tapswitch.tap..",
                        "dev.tapswitch.daemon..")
                .check(OURS);
    }

    @Test
    void theCoreHasNoClockOfItsOwn() {
        noClasses()
                .that()
                .resideInAPackage("dev.tapswitch.core..")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(OURS);
    }

    @Test
    void framesKnowNoTablesAndTablesKnowNoDecisions() {
        mayNotKnow("dev.tapswitch.core.frame..", "dev.tapswitch.core.table..", "dev.tapswitch.core.forward..");
        mayNotKnow("dev.tapswitch.core.table..", "dev.tapswitch.core.forward..");
    }

    @Test
    void systemCallsKnowNoDevicesAndDevicesKnowNoLoops() {
        mayNotKnow("dev.tapswitch.tap.sys..", "dev.tapswitch.tap.device..", "dev.tapswitch.tap.loop..", "io.netty..");
        mayNotKnow("dev.tapswitch.tap.device..", "dev.tapswitch.tap.loop..", "io.netty..");
    }

    @Test
    void linuxKnowsNoDaemon() {
        mayNotKnow("dev.tapswitch.tap..", "dev.tapswitch.daemon..");
    }

    @Test
    void nothingButMainKnowsTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tapswitch.daemon.cli..")
                .and()
                .doNotHaveFullyQualifiedName("dev.tapswitch.daemon.Main")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.tapswitch.daemon.cli..")
                .check(OURS);
    }

    @Test
    void whichJsonLibraryItIsIsKnownInOneRoom() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tapswitch.daemon.json..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.google.gson..")
                .check(OURS);
    }

    @Test
    void settingsAreDeclaredWithoutKnowledgeOfWhatReadsThem() {
        noClasses()
                .that()
                .resideInAPackage("dev.tapswitch.daemon.schema..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.tapswitch.daemon..")
                        .and(not(resideInAPackage("dev.tapswitch.daemon.schema.."))))
                .check(OURS);
    }

    @Test
    void theRoomsOfTheDaemonFormNoCycle() {
        slices().matching("dev.tapswitch.daemon.(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(OURS);
    }

    @Test
    void noClassIsNamedForWantOfAName() {
        noClasses()
                .should()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Impl")
                .orShould()
                .haveSimpleNameStartingWith("Abstract")
                .check(OURS);
    }

    @Test
    void aFileHasOneIdeaAndSoAtMostFourHundredLines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : sources()) {
            int lines = Files.readAllLines(file).size();
            if (lines > LONGEST_FILE) tooLong.add(file.getFileName() + ": " + lines + " lines");
        }
        assertEquals(List.of(), tooLong);
    }

    @Test
    void everyRoomSaysWhatItIsForAndWhatMustNeverEnter() throws IOException {
        List<Path> silent = sources().stream()
                .map(Path::getParent)
                .distinct()
                .filter(room -> !Files.exists(room.resolve("package-info.java")))
                .toList();
        assertEquals(List.of(), silent);
    }

    /** A map that leads nowhere is worse than none. */
    @Test
    void theMapLeadsToWhatIsThere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (String page : List.of("README.md", "docs/architecture.md")) {
            Path file = Path.of("..", page);
            Matcher link = Pattern.compile("\\]\\((?!http|#)([^)#]+)").matcher(Files.readString(file));
            while (link.find()) {
                if (!Files.exists(file.resolveSibling(link.group(1)))) broken.add(page + ": " + link.group(1));
            }
        }
        assertEquals(List.of(), broken);
    }

    /** A promise whose test was renamed or deleted is a promise no more. */
    @Test
    void theThreatModelNamesTestsThatExist() throws IOException {
        Map<String, String> tests = testSources();
        List<String> missing = new ArrayList<>();
        Matcher named = Pattern.compile("`([A-Z]\\w*(?:Test|IT))?(?:#(\\w+))?`")
                .matcher(Files.readString(Path.of("..", "docs/security.md")));
        String current = "";
        while (named.find()) {
            if (named.group(1) != null) current = named.group(1);
            String source = tests.getOrDefault(current, "");
            boolean isThere =
                    !source.isEmpty() && (named.group(2) == null || source.contains("void " + named.group(2) + "("));
            if (!isThere) missing.add(current + (named.group(2) == null ? "" : "#" + named.group(2)));
        }
        assertEquals(List.of(), missing);
    }

    private static Map<String, String> testSources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String module : List.of("switch-core", "tap-io", "daemon", "fuzz")) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src/test/java"))) {
                for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.put(name, Files.readString(file));
                }
            }
        }
        return sources;
    }

    private static void mayNotKnow(String room, String... others) {
        noClasses()
                .that()
                .resideInAPackage(room)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .allowEmptyShould(true)
                .check(OURS);
    }

    /** The main sources of all modules; the tests of the daemon run in its directory. */
    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("switch-core", "tap-io", "daemon", "benchmarks")) {
            Path root = Path.of("..", module, "src/main/java").normalize();
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        assertTrue(sources.size() > 10, "run in the daemon's directory");
        return sources;
    }
}
