package dev.tapswitch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks the rules of docs/architecture.md: dependencies between packages, names, lengths of files, links. */
class ArchitectureTest {
    private static final int MAX_LINES = 400;
    private static final String ROOT = "dev.tapswitch.";
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.tapswitch");

    @Test
    void theCoreDependsOnNoNettyNoLinuxNoIoAndNoLogging() {
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
                        "dev.tapswitch.linux..",
                        "dev.tapswitch.dataplane..",
                        "dev.tapswitch.control..",
                        "dev.tapswitch.containers..",
                        "dev.tapswitch.cli..")
                .check(OURS);
    }

    @Test
    void theCoreReadsNoClock() {
        noClasses()
                .that()
                .resideInAPackage("dev.tapswitch.core..")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(OURS);
    }

    /** Compares the code with the table of packages in docs/architecture.md. A dependency that is not listed fails, and so does a listed one that no class uses. */
    @Test
    void packagesDependOnEachOtherAsDocumented() throws IOException {
        Map<String, Set<String>> map = dependenciesInTheMap();
        Map<String, Set<String>> code = dependenciesInTheCode();
        assertEquals(map.keySet(), code.keySet());
        List<String> differences = new ArrayList<>();
        code.forEach((name, targets) -> targets.stream()
                .filter(target -> !map.get(name).contains(target))
                .forEach(target -> differences.add(
                        name + " depends on " + target + ", which docs/architecture.md does not list")));
        map.forEach((name, targets) -> targets.stream()
                .filter(target -> !code.get(name).contains(target))
                .forEach(target -> differences.add(
                        "docs/architecture.md lists " + target + " for " + name + ", which does not use it")));
        assertEquals(List.of(), differences);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("dev.tapswitch.(**)").should().beFreeOfCycles().check(OURS);
    }

    @Test
    void onlyTheJsonPackageDependsOnGson() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tapswitch.control.json..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.google.gson..")
                .check(OURS);
    }

    @Test
    void linuxDependsOnNoNetty() {
        noClasses()
                .that()
                .resideInAPackage("dev.tapswitch.linux..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(OURS);
    }

    @Test
    void noClassHasAMeaninglessName() {
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
    void noFileIsLongerThanFourHundredLines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : sources()) {
            int lines = Files.readAllLines(file).size();
            if (lines > MAX_LINES) tooLong.add(file.getFileName() + ": " + lines + " lines");
        }
        assertEquals(List.of(), tooLong);
    }

    /** One package-info.java is enough for a package with sources in several modules: the fuzz targets are in the packages that they test. */
    @Test
    void everyPackageHasAPackageInfo() throws IOException {
        Set<String> packages = new TreeSet<>();
        Set<String> documented = new TreeSet<>();
        for (Path file : sources()) {
            String name = file.getParent().toString().replaceFirst(".*/java/", "");
            packages.add(name);
            if (file.endsWith("package-info.java")) documented.add(name);
        }
        packages.removeAll(documented);
        assertEquals(Set.of(), packages);
    }

    @Test
    void everyLinkInTheDocumentsLeadsToAFile() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (String page : List.of("README.md", "docs/architecture.md")) {
            Path file = Path.of("..", page);
            Matcher link = Pattern.compile("\\]\\((?!http|#)([^)#]+)").matcher(Files.readString(file));
            while (link.find()) {
                links++;
                if (!Files.exists(file.resolveSibling(link.group(1)))) broken.add(page + ": " + link.group(1));
            }
        }
        assertTrue(links > 100, "only " + links + " links are found");
        assertEquals(List.of(), broken);
    }

    /** Each guarantee in docs/security.md names the test that verifies it; that test must exist. */
    @Test
    void theTestsInTheThreatModelExist() throws IOException {
        Map<String, String> tests = testSources();
        List<String> missing = new ArrayList<>();
        Matcher named = Pattern.compile("`([A-Z]\\w*(?:Test|IT))?(?:#(\\w+))?`")
                .matcher(Files.readString(Path.of("..", "docs/security.md")));
        String current = "";
        int names = 0;
        while (named.find()) {
            names++;
            if (named.group(1) != null) current = named.group(1);
            String source = tests.getOrDefault(current, "");
            boolean exists =
                    !source.isEmpty() && (named.group(2) == null || source.contains("void " + named.group(2) + "("));
            if (!exists) missing.add(current + (named.group(2) == null ? "" : "#" + named.group(2)));
        }
        assertTrue(names > 20, "only " + names + " names are found");
        assertEquals(List.of(), missing);
    }

    private static Map<String, String> testSources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String module : List.of("switch-core", "tap-io", "daemon", "containers", "cli", "system-tests", "fuzz")) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src/test/java"))) {
                for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.put(name, Files.readString(file));
                }
            }
        }
        return sources;
    }

    private static Map<String, Set<String>> dependenciesInTheMap() throws IOException {
        Map<String, Set<String>> dependencies = new TreeMap<>();
        Pattern row = Pattern.compile("(?m)^\\|[^|]*\\| `([a-z.0-9]+)` \\|[^|]*\\|([^|]*)\\|$");
        Matcher rows = row.matcher(Files.readString(Path.of("..", "docs/architecture.md")));
        while (rows.find()) {
            Set<String> listed = new TreeSet<>();
            Matcher name = Pattern.compile("`([a-z.0-9]+)`").matcher(rows.group(2));
            while (name.find()) listed.add(name.group(1));
            dependencies.put(rows.group(1), listed);
        }
        return dependencies;
    }

    private static Map<String, Set<String>> dependenciesInTheCode() {
        Map<String, Set<String>> dependencies = new TreeMap<>();
        for (JavaClass type : OURS) {
            if (type.getSimpleName().equals("package-info")) continue;
            Set<String> targets = dependencies.computeIfAbsent(nameInTheMap(type), name -> new TreeSet<>());
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (!target.getPackageName().startsWith(ROOT)) continue;
                if (!target.getPackageName().equals(type.getPackageName())) targets.add(nameInTheMap(target));
            }
        }
        return dependencies;
    }

    private static String nameInTheMap(JavaClass type) {
        return type.getPackageName().substring(ROOT.length());
    }

    /** The main sources of all modules, and the tests of this one. */
    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String root : List.of(
                "switch-core/src/main/java",
                "tap-io/src/main/java",
                "daemon/src/main/java",
                "containers/src/main/java",
                "cli/src/main/java",
                "benchmarks/src/main/java",
                "fuzz/src/main/java",
                "system-tests/src/test/java/dev/tapswitch/e2e")) {
            try (Stream<Path> files = Files.walk(Path.of("..", root))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        assertTrue(sources.size() > 100, () -> "only " + sources.size() + " files are found");
        return sources;
    }
}
