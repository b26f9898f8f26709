using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

/// <summary>The types and methods that the assemblies of a folder define, by the names that the JIT has for them.</summary>
internal sealed class MethodCatalog : IDisposable
{
    readonly List<PEReader> _files = [];
    readonly Dictionary<string, List<TypeEntry>> _types = [];

    public MethodCatalog(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*.dll").Order(StringComparer.Ordinal))
        {
            var file = new PEReader(File.OpenRead(path));
            _files.Add(file);
            if (!file.HasMetadata)
            {
                continue;
            }
            MetadataReader reader = file.GetMetadataReader();
            Assemblies.Add(reader.GetString(reader.GetAssemblyDefinition().Name));
            foreach (TypeDefinitionHandle handle in reader.TypeDefinitions)
            {
                string name = FullName(reader, handle);
                if (!_types.TryGetValue(name, out List<TypeEntry>? entries))
                {
                    _types.Add(name, entries = []);
                }
                entries.Add(new TypeEntry(file, reader, handle));
            }
        }
    }

    /// <summary>The names of the assemblies.</summary>
    public List<string> Assemblies { get; } = [];

    /// <summary>Those of a name: several assemblies may have one of their own.</summary>
    public IReadOnlyList<TypeEntry> Types(string name) => _types.GetValueOrDefault(name) ?? [];

    /// <summary>The definitions that a line may mean: several where overloads can't be told apart.</summary>
    public IEnumerable<(TypeEntry Type, MethodDefinitionHandle Method)> Methods(MethodName name)
    {
        (TypeEntry Type, MethodDefinitionHandle Method)[] candidates = [.. Types(name.Owner.Name).SelectMany(t => t.Reader.GetTypeDefinition(t.Handle).GetMethods().Select(m => (t, m)))
            .Where(c => Fits(c.t.Reader, c.t.Reader.GetMethodDefinition(c.m), name))];
        (TypeEntry, MethodDefinitionHandle)[] exact = [.. candidates.Where(c => IlSize(c.Type, c.Method) == name.IlSize)];
        return exact.Length > 0 ? exact : candidates;
    }

    public void Dispose() => _files.ForEach(f => f.Dispose());

    static bool Fits(MetadataReader reader, MethodDefinition method, MethodName name)
    {
        if (!reader.StringComparer.Equals(method.Name, name.Name) || method.GetGenericParameters().Count != name.Arguments.Length)
        {
            return false;
        }
        BlobReader signature = reader.GetBlobReader(method.Signature);
        if (signature.ReadSignatureHeader().IsGeneric)
        {
            signature.ReadCompressedInteger();
        }
        return signature.ReadCompressedInteger() == name.Parameters;
    }

    static int IlSize(TypeEntry type, MethodDefinitionHandle method)
    {
        int address = type.Reader.GetMethodDefinition(method).RelativeVirtualAddress;
        return address == 0 ? 0 : type.File.GetMethodBody(address).GetILReader().Length;
    }

    static string FullName(MetadataReader reader, TypeDefinitionHandle handle)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        string name = reader.GetString(type.Name), space = reader.GetString(type.Namespace);
        return type.GetDeclaringType() is { IsNil: false } outer ? $"{FullName(reader, outer)}+{name}" : space.Length == 0 ? name : $"{space}.{name}";
    }
}

/// <summary>Where a type is defined.</summary>
internal sealed record TypeEntry(PEReader File, MetadataReader Reader, TypeDefinitionHandle Handle);
