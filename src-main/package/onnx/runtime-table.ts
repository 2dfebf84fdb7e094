/**
 * What ONNX Runtime on the CPU can run, as far as it can be told without loading a model. Found by asking the
 * runtime itself, version by version; a contract test asks again, so that the table cannot grow old unseen.
 * The rest (types, attributes, operators of its own domain) is found by the rung that loads the model.
 */
export const runtimeTable = {
  name: 'onnxruntime',
  /** The release line that the table was made with. */
  release: '1.30',
  irVersionMax: 13,
  /** Newest operator set of each domain that the runtime has operators of. */
  opsetMax: new Map([
    ['ai.onnx', 26],
    ['ai.onnx.ml', 5],
    ['com.microsoft', 1],
    ['com.microsoft.nchwc', 1],
    ['com.microsoft.experimental', 1],
    ['ai.onnx.preview', 1],
  ]),
} as const

/** Domains whose operators train a model; this runtime is built without them. */
export const trainingDomains: ReadonlySet<string> = new Set(['ai.onnx.training', 'ai.onnx.preview.training'])

const names = (text: string): string[] => text.trim().split(/\s+/)

/** The oldest operator set whose form of the operator has a kernel; those not listed have one from the first. */
export const opsetMin: ReadonlyMap<string, number> = new Map([
  ...names('GlobalLpPool LpPool Split').map((name) => [name, 2] as const),
  ['Concat', 4] as const,
  ...names(`
    Abs Ceil Clip Elu Exp Floor HardSigmoid InstanceNormalization LeakyRelu Log Max Mean Min Neg Reciprocal Relu Selu
    Sigmoid Sqrt Sum Tanh Tile
  `).map((name) => [name, 6] as const),
  ...names(`
    Add And AveragePool BatchNormalization Div Dropout Equal GRU Gemm Greater LSTM Less Mul Or PRelu Pow RNN Sub Xor
  `).map((name) => [name, 7] as const),
])

/** The newest operator set whose form of the operator has a kernel, where the newest of all has none. */
export const opsetLast: ReadonlyMap<string, number> = new Map(
  names('Bernoulli GlobalLpPool Multinomial RandomNormalLike RandomUniformLike RoiAlign').map((name) => [
    name,
    21,
  ]),
)

/** Every operator that the runtime knows by name, by domain. */
export const operatorNames: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    'ai.onnx',
    new Set(
      names(`
        Abs Acos Acosh Add Affine AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool
        BatchNormalization Bernoulli BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast
        CastLike Ceil Celu CenterCropPad Clip Col2Im Compress Concat ConcatFromSequence Constant ConstantOfShape Conv
        ConvInteger ConvTranspose Cos Cosh Crop CumProd CumSum DFT DeformConv DepthToSpace DequantizeLinear Det Div
        Dropout DynamicQuantizeLinear DynamicSlice Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather
        GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual
        GridSample GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If ImageDecoder
        ImageScaler InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log
        LogSoftmax Loop LpNormalization LpPool MatMul MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean
        MeanVarianceNormalization MelWeightMatrix Min Mish Mod Mul Multinomial Neg NegativeLogLikelihoodLoss
        NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement OptionalHasElement Or PRelu Pad
        ParametricSoftplus Pow QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN RandomNormal
        RandomNormalLike RandomUniform RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum
        ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare RegexFullMatch Relu
        Reshape Resize ReverseSequence RoiAlign RotaryEmbedding Round STFT ScaledTanh Scan Scatter ScatterElements
        ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength
        SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax SoftmaxCrossEntropyLoss Softplus Softsign
        SpaceToDepth Split SplitToSequence Sqrt Squeeze StringConcat StringNormalizer StringSplit Sub Sum Swish Tan
        Tanh TensorScatter TfIdfVectorizer ThresholdedRelu Tile TopK Transpose Trilu Unique Unsqueeze Upsample Where
        Xor
      `),
    ),
  ],
  [
    'ai.onnx.ml',
    new Set(
      names(`
        ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer Imputer LabelEncoder
        LinearClassifier LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble
        TreeEnsembleClassifier TreeEnsembleRegressor ZipMap
      `),
    ),
  ],
])
