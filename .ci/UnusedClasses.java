import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Removes unreferenced classes from jars, in place: {@code java UnusedClasses.java FILE...}, with all jars of a program and its native
 * libraries. A class is referenced if its name occurs in one of our own classes, a native library, a list of services, or another referenced
 * class: in a reference, a signature or a string. A name that is composed at run time is not found; tests of the installed package cover this.
 */
final class UnusedClasses {
    private static final String OURS = "dev/tapswitch/";
    private static final Pattern NAME = Pattern.compile("[a-z]\\w*(?:[/.][\\w$]+)+");

    private final Map<Path, Map<String, byte[]>> jars = new LinkedHashMap<>();
    private final Map<String, byte[]> classes = new HashMap<>();
    private final Deque<String> named = new ArrayDeque<>();
    private final Set<String> used = new HashSet<>();

    public static void main(String[] files) throws IOException {
        var unused = new UnusedClasses();
        for (String file : files) {
            if (file.endsWith(".jar")) unused.read(Path.of(file));
            else unused.find(Files.readString(Path.of(file), StandardCharsets.ISO_8859_1));
        }
        unused.follow();
        for (Path jar : unused.jars.keySet()) unused.write(jar);
    }

    private void read(Path jar) throws IOException {
        var entries = new LinkedHashMap<String, byte[]>();
        try (var zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                byte[] content = zip.getInputStream(entry).readAllBytes();
                entries.put(entry.getName(), content);
                if (isClass(entry.getName())) classes.put(entry.getName(), content);
                if (entry.getName().startsWith(OURS)) named.add(entry.getName());
                if (entry.getName().startsWith("META-INF/services/")) find(new String(content, StandardCharsets.UTF_8));
            }
        }
        jars.put(jar, entries);
    }

    private void find(String text) {
        for (Matcher name = NAME.matcher(text); name.find(); ) named.add(name.group().replace('.', '/') + ".class");
    }

    private void follow() {
        while (!named.isEmpty()) {
            String name = named.pop();
            if (!classes.containsKey(name) || !used.add(name)) continue;
            for (PoolEntry entry : ClassFile.of().parse(classes.get(name)).constantPool()) {
                if (entry instanceof Utf8Entry text) find(text.stringValue());
            }
        }
    }

    private void write(Path jar) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(bytes);
                var zip = new ZipFile(jar.toFile())) {
            out.setLevel(Deflater.BEST_COMPRESSION);
            for (Map.Entry<String, byte[]> entry : jars.get(jar).entrySet()) {
                if (isClass(entry.getKey()) && !used.contains(entry.getKey())) continue;
                var copy = new ZipEntry(entry.getKey());
                copy.setTimeLocal(zip.getEntry(entry.getKey()).getTimeLocal());
                out.putNextEntry(copy);
                out.write(entry.getValue());
                out.closeEntry();
            }
        }
        Files.write(jar, bytes.toByteArray());
    }

    /** Classes under META-INF are for other releases of Java, and are kept. */
    private static boolean isClass(String name) {
        return name.endsWith(".class") && !name.startsWith("META-INF/") && !name.endsWith("module-info.class");
    }
}
