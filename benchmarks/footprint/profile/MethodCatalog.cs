using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;

/// <summary>Finds the methods that the JIT's list names, such as <c>System.Span`1[int]:Slice(int):System.Span`1[int]</c>, among the assemblies of a folder.</summary>
internal sealed class MethodCatalog
{
    const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    static readonly Dictionary<string, Type> s_keywords = new()
    {
        ["bool"] = typeof(bool),
        ["char"] = typeof(char),
        ["sbyte"] = typeof(sbyte),
        ["byte"] = typeof(byte),
        ["short"] = typeof(short),
        ["ushort"] = typeof(ushort),
        ["int"] = typeof(int),
        ["uint"] = typeof(uint),
        ["long"] = typeof(long),
        ["ulong"] = typeof(ulong),
        ["nint"] = typeof(nint),
        ["nuint"] = typeof(nuint),
        ["float"] = typeof(float),
        ["double"] = typeof(double),
    };

    // What stands for any class in code that its instances share. In profiles it has an assembly to itself.
    static readonly Type s_canon = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("System.Private.Canon"), AssemblyBuilderAccess.Run).DefineDynamicModule("System.Private.Canon")
        .DefineType("System.__Canon", TypeAttributes.Public).CreateType();

    readonly List<Assembly> _assemblies = [];

    public MethodCatalog(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*.dll").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            bool framework = name.StartsWith("System", StringComparison.Ordinal) || name.StartsWith("Microsoft", StringComparison.Ordinal);
            try
            {
                _assemblies.Add(framework ? Assembly.Load(name) : Assembly.LoadFrom(Path.GetFullPath(path)));
            }
            catch (FileNotFoundException)
            {
                _assemblies.Add(Assembly.LoadFrom(Path.GetFullPath(path)));
            }
        }
    }

    /// <summary>The names of the assemblies.</summary>
    public IEnumerable<string> Assemblies => _assemblies.Select(a => a.GetName().Name!);

    /// <summary>What a line means: none where it isn't understood, several where overloads can't be told apart.</summary>
    public MethodBase[] Find(string line)
    {
        const string Mark = "JIT compiled ";
        int begin = line.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length, end = line.LastIndexOf(" [", StringComparison.Ordinal);
        if (begin < Mark.Length || end < begin)
        {
            return [];
        }
        string text = line[begin..end];
        int colon = Outside(text, ':', 0), open = Outside(text, '(', colon + 1);
        if (colon < 0 || open < 0)
        {
            return [];
        }
        try
        {
            Type[] owners = [.. Types(text[..colon])];
            string name = text[(colon + 1)..open];
            Type[] arguments = [];
            if (name.EndsWith(']'))
            {
                int bracket = name.IndexOf('[', StringComparison.Ordinal);
                arguments = Arguments(name[(bracket + 1)..^1]);
                name = name[..bracket];
            }
            string signature = text[(open + 1)..text.IndexOf(')', open)];
            int parameters = signature.Length == 0 ? 0 : Split(signature).Count;
            int size = int.Parse(line[(line.IndexOf("IL size=", end, StringComparison.Ordinal) + 8)..line.IndexOf(',', line.IndexOf("IL size=", end, StringComparison.Ordinal))], CultureInfo.InvariantCulture);
            MethodBase[] candidates = [.. owners.SelectMany(o => o.GetMembers(All)).OfType<MethodBase>().Where(m => m.Name == name && m.GetParameters().Length == parameters
                && (m.IsGenericMethodDefinition ? m.GetGenericArguments().Length : 0) == arguments.Length)];
            MethodBase[] exact = [.. candidates.Where(m => m.GetMethodBody()?.GetILAsByteArray()?.Length == size)];
            return [.. (exact.Length > 0 ? exact : candidates).Select(m => arguments.Length > 0 ? ((MethodInfo)m).MakeGenericMethod(arguments) : m)];
        }
        catch (Exception e) when (e is TypeLoadException or ArgumentException or FileNotFoundException or InvalidOperationException)
        {
            return []; // an enumeration is listed as the integer that it is made of, which a constraint may forbid
        }
    }

    Type? Resolve(string name) => s_keywords.TryGetValue(name, out Type? keyword) ? keyword : name == s_canon.FullName ? s_canon
        : name.EndsWith("[]", StringComparison.Ordinal) ? Resolve(name[..^2])?.MakeArrayType() : Types(name).FirstOrDefault();

    // Several assemblies may have a type of that name of their own.
    IEnumerable<Type> Types(string name)
    {
        int bracket = name.EndsWith(']') ? name.IndexOf('[', StringComparison.Ordinal) : name.Length;
        Type[] arguments = bracket == name.Length ? [] : Arguments(name[(bracket + 1)..^1]);
        return _assemblies.Select(a => a.GetType(name[..bracket])).OfType<Type>().Select(t => arguments.Length == 0 ? t : t.MakeGenericType(arguments));
    }

    Type[] Arguments(string list) => [.. Split(list).Select(a => Resolve(a) ?? throw new TypeLoadException(a))];

    // The first of a character that stands outside of brackets.
    static int Outside(string text, char what, int from)
    {
        int depth = 0;
        for (int i = from; i < text.Length; i++)
        {
            if (depth == 0 && text[i] == what)
            {
                return i;
            }
            depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
        }
        return -1;
    }

    static List<string> Split(string text)
    {
        var parts = new List<string>();
        for (int begin = 0; begin <= text.Length;)
        {
            int comma = Outside(text, ',', begin);
            comma = comma < 0 ? text.Length : comma;
            parts.Add(text[begin..comma]);
            begin = comma + 1;
        }
        return parts;
    }
}
