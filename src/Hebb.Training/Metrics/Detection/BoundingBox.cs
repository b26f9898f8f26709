namespace Hebb;

/// <summary>A box by its corners, in pixels or any other unit.</summary>
public readonly record struct BoundingBox(double Left, double Top, double Right, double Bottom)
{
    /// <summary>0 where the corners are the wrong way round.</summary>
    public double Area => Math.Max(0, Right - Left) * Math.Max(0, Bottom - Top);

    /// <summary>From a corner and a size, as COCO writes boxes.</summary>
    public static BoundingBox OfSize(double left, double top, double width, double height) => new(left, top, left + width, top + height);

    /// <summary>The area that both have.</summary>
    public double Intersection(in BoundingBox other) =>
        new BoundingBox(Math.Max(Left, other.Left), Math.Max(Top, other.Top), Math.Min(Right, other.Right), Math.Min(Bottom, other.Bottom)).Area;

    /// <summary>Intersection over union; 0 of empty boxes.</summary>
    public double IoU(in BoundingBox other)
    {
        double common = Intersection(other), all = Area + other.Area - common;
        return all > 0 ? common / all : 0;
    }
}

/// <summary>A thing that a model found in a picture.</summary>
/// <param name="Class">Its class number, from 0.</param>
/// <param name="Score">How sure the model is.</param>
/// <param name="Box">Where it is.</param>
public readonly record struct DetectedObject(int Class, double Score, BoundingBox Box);

/// <summary>A thing that is in a picture.</summary>
/// <param name="Class">Its class number, from 0.</param>
/// <param name="Box">Where it is.</param>
/// <param name="Crowd">A group of things, or one too hard to judge: finding it neither helps nor harms, and it may be found several times.</param>
/// <param name="Area">What decides whether it is small, medium or large; the area of the box by default.</param>
public readonly record struct TrueObject(int Class, BoundingBox Box, bool Crowd = false, double? Area = null);
