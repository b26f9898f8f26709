using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

/// <summary>Writes references to types and methods of other assemblies. As a provider it turns a type of a signature into the bytes that stand for it here.</summary>
internal sealed class References(MetadataBuilder metadata, MethodCatalog catalog) : ISignatureTypeProvider<byte[], object?>
{
    // What stands for any class in code that its instances share. In profiles it has an assembly to itself.
    const string Canon = "System.__Canon", CanonAssembly = "System.Private.Canon";

    // How the signature of an instance of a method begins.
    const byte GenericMethod = 0x0A;

    static readonly Dictionary<string, SignatureTypeCode> s_keywords = new()
    {
        ["bool"] = SignatureTypeCode.Boolean,
        ["char"] = SignatureTypeCode.Char,
        ["sbyte"] = SignatureTypeCode.SByte,
        ["byte"] = SignatureTypeCode.Byte,
        ["ubyte"] = SignatureTypeCode.Byte,
        ["short"] = SignatureTypeCode.Int16,
        ["ushort"] = SignatureTypeCode.UInt16,
        ["int"] = SignatureTypeCode.Int32,
        ["uint"] = SignatureTypeCode.UInt32,
        ["long"] = SignatureTypeCode.Int64,
        ["ulong"] = SignatureTypeCode.UInt64,
        ["nint"] = SignatureTypeCode.IntPtr,
        ["nuint"] = SignatureTypeCode.UIntPtr,
        ["float"] = SignatureTypeCode.Single,
        ["double"] = SignatureTypeCode.Double,
        ["System.String"] = SignatureTypeCode.String,
        ["System.Object"] = SignatureTypeCode.Object,
    };

    readonly Dictionary<string, AssemblyReferenceHandle> _assemblies = [];
    readonly Dictionary<(EntityHandle, string, string), TypeReferenceHandle> _types = [];

    /// <summary>Tokens of the methods that a line of the JIT may mean; none where a type of it isn't known.</summary>
    public IEnumerable<EntityHandle> Methods(MethodName name)
    {
        byte[]?[] owner = [.. name.Owner.Arguments.Select(Encode)], arguments = [.. name.Arguments.Select(Encode)];
        if (owner.Contains(null) || arguments.Contains(null))
        {
            yield break;
        }
        foreach ((TypeEntry type, MethodDefinitionHandle handle) in catalog.Methods(name))
        {
            EntityHandle parent = owner.Length == 0 ? Type(type.Reader, type.Handle)
                : metadata.AddTypeSpecification(metadata.GetOrAddBlob(GetGenericInstantiation(GetTypeFromDefinition(type.Reader, type.Handle, 0), [.. owner!])));
            MethodDefinition method = type.Reader.GetMethodDefinition(handle);
            EntityHandle token = metadata.AddMemberReference(parent, metadata.GetOrAddString(name.Name), metadata.GetOrAddBlob(Encode(method.DecodeSignature(this, null))));
            yield return arguments.Length == 0 ? token
                : metadata.AddMethodSpecification(token, metadata.GetOrAddBlob((byte[])[GenericMethod, .. Number(arguments.Length), .. arguments.SelectMany(a => a!)]));
        }
    }

    byte[]? Encode(TypeName name)
    {
        byte[]? code = null;
        if (s_keywords.TryGetValue(name.Name, out SignatureTypeCode keyword))
        {
            code = [(byte)keyword];
        }
        else if (name.Name == Canon)
        {
            code = [(byte)SignatureTypeKind.Class, .. Token(Type(Assembly(CanonAssembly), "System", "__Canon"))];
        }
        else if (catalog.Types(name.Name) is [var type, ..])
        {
            byte[]?[] arguments = [.. name.Arguments.Select(Encode)];
            code = GetTypeFromDefinition(type.Reader, type.Handle, 0);
            code = arguments.Length == 0 ? code : arguments.Contains(null) ? null : GetGenericInstantiation(code, [.. arguments!]);
        }
        return code is null ? null : [.. Enumerable.Repeat((byte)SignatureTypeCode.SZArray, name.Arrays), .. code];
    }

    static byte[] Encode(MethodSignature<byte[]> signature) =>
    [
        signature.Header.RawValue, .. signature.Header.IsGeneric ? Number(signature.GenericParameterCount) : [], .. Number(signature.ParameterTypes.Length), .. signature.ReturnType,
        .. signature.ParameterTypes.SelectMany(p => p),
    ];

    AssemblyReferenceHandle Assembly(string name)
    {
        if (!_assemblies.TryGetValue(name, out AssemblyReferenceHandle handle))
        {
            _assemblies.Add(name, handle = metadata.AddAssemblyReference(metadata.GetOrAddString(name), new Version(0, 0, 0, 0), default, default, default, default));
        }
        return handle;
    }

    TypeReferenceHandle Type(EntityHandle scope, string space, string name)
    {
        if (!_types.TryGetValue((scope, space, name), out TypeReferenceHandle handle))
        {
            _types.Add((scope, space, name), handle = metadata.AddTypeReference(scope, metadata.GetOrAddString(space), metadata.GetOrAddString(name)));
        }
        return handle;
    }

    TypeReferenceHandle Type(MetadataReader reader, TypeDefinitionHandle handle)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        EntityHandle scope = type.GetDeclaringType() is { IsNil: false } outer ? Type(reader, outer) : Assembly(reader.GetString(reader.GetAssemblyDefinition().Name));
        return Type(scope, reader.GetString(type.Namespace), reader.GetString(type.Name));
    }

    TypeReferenceHandle Type(MetadataReader reader, TypeReferenceHandle handle)
    {
        TypeReference type = reader.GetTypeReference(handle);
        EntityHandle scope = type.ResolutionScope.Kind switch
        {
            HandleKind.TypeReference => Type(reader, (TypeReferenceHandle)type.ResolutionScope),
            HandleKind.AssemblyReference => Assembly(reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name)),
            _ => Assembly(reader.GetString(reader.GetAssemblyDefinition().Name)),
        };
        return Type(scope, reader.GetString(type.Namespace), reader.GetString(type.Name));
    }

    static byte[] Number(int value)
    {
        var blob = new BlobBuilder();
        blob.WriteCompressedInteger(value);
        return blob.ToArray();
    }

    static byte[] Token(EntityHandle type) => Number(CodedIndex.TypeDefOrRefOrSpec(type));

    public byte[] GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        EntityHandle parent = reader.GetTypeDefinition(handle).BaseType;
        bool value = parent.Kind == HandleKind.TypeReference ? IsOfValues(reader, reader.GetTypeReference((TypeReferenceHandle)parent).Name)
            : parent is { IsNil: false, Kind: HandleKind.TypeDefinition } && IsOfValues(reader, reader.GetTypeDefinition((TypeDefinitionHandle)parent).Name)
                && !reader.StringComparer.Equals(reader.GetTypeDefinition(handle).Name, "Enum");
        return [(byte)(value ? SignatureTypeKind.ValueType : SignatureTypeKind.Class), .. Token(Type(reader, handle))];
    }

    static bool IsOfValues(MetadataReader reader, StringHandle parent) => reader.StringComparer.Equals(parent, "ValueType") || reader.StringComparer.Equals(parent, "Enum");

    public byte[] GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => [rawTypeKind, .. Token(Type(reader, handle))];

    public byte[] GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public byte[] GetGenericInstantiation(byte[] genericType, ImmutableArray<byte[]> typeArguments) =>
        [(byte)SignatureTypeCode.GenericTypeInstance, .. genericType, .. Number(typeArguments.Length), .. typeArguments.SelectMany(a => a)];

    public byte[] GetPrimitiveType(PrimitiveTypeCode typeCode) => [(byte)typeCode];

    public byte[] GetSZArrayType(byte[] elementType) => [(byte)SignatureTypeCode.SZArray, .. elementType];

    public byte[] GetPointerType(byte[] elementType) => [(byte)SignatureTypeCode.Pointer, .. elementType];

    public byte[] GetByReferenceType(byte[] elementType) => [(byte)SignatureTypeCode.ByReference, .. elementType];

    public byte[] GetPinnedType(byte[] elementType) => [(byte)SignatureTypeCode.Pinned, .. elementType];

    public byte[] GetGenericTypeParameter(object? genericContext, int index) => [(byte)SignatureTypeCode.GenericTypeParameter, .. Number(index)];

    public byte[] GetGenericMethodParameter(object? genericContext, int index) => [(byte)SignatureTypeCode.GenericMethodParameter, .. Number(index)];

    public byte[] GetFunctionPointerType(MethodSignature<byte[]> signature) => [(byte)SignatureTypeCode.FunctionPointer, .. Encode(signature)];

    // The token of a modifier follows its code, without the code of a class before it.
    public byte[] GetModifiedType(byte[] modifier, byte[] unmodifiedType, bool isRequired) =>
        [(byte)(isRequired ? SignatureTypeCode.RequiredModifier : SignatureTypeCode.OptionalModifier), .. modifier.AsSpan(1), .. unmodifiedType];

    public byte[] GetArrayType(byte[] elementType, ArrayShape shape) =>
    [
        (byte)SignatureTypeCode.Array, .. elementType, .. Number(shape.Rank), .. Number(shape.Sizes.Length), .. shape.Sizes.SelectMany(Number),
        .. Number(shape.LowerBounds.Length), .. shape.LowerBounds.SelectMany(b => { var blob = new BlobBuilder(); blob.WriteCompressedSignedInteger(b); return blob.ToArray(); }),
    ];
}
